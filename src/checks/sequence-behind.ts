import { isSequence } from '../recording/changes.ts';
import type { SequenceLedger, TableLedger } from '../recording/data-ledger.ts';
import { defineCheck } from './check.ts';

export const sequenceBehind = defineCheck({
  id: 'sequence-behind',
  title: 'A sequence will give a value that its column already holds',
  severity: 'error',
  effect: 'The next inserts fail with a duplicate key, until the sequence has passed the largest value.',
  remedy: 'Set the sequence after inserting explicit values: SELECT setval(sequence, (SELECT max(column) FROM table)).',
  needs: ['data'],
  limits: {},

  *inspect({ steps }) {
    const reported = new Set<string>();
    for (const { migration, direction, observations } of steps) {
      for (const { relation, before, after } of observations.data ?? []) {
        if (!after || !isSequence(after) || !isBehind(after) || wasBehind(before) || reported.has(relation)) continue;
        reported.add(relation);
        const { nextValue, column = '', columnMax = '' } = after;
        yield {
          where: { migration, direction, relation },
          message: `After ${direction} of ${migration}, the sequence ${relation} gives ${nextValue} next, but ${column} already goes up to ${columnMax}.`,
          evidence: { nextValue, columnMax, column },
        };
      }
    }
  },
});

const wasBehind = (before: TableLedger | SequenceLedger | undefined): boolean =>
  before !== undefined && isSequence(before) && isBehind(before);

function isBehind({ nextValue, columnMax }: SequenceLedger): boolean {
  return columnMax !== undefined && BigInt(nextValue) <= BigInt(columnMax);
}
