import { describe, expect, test } from 'vitest';
import {
  applyDataChanges,
  applySchemaChanges,
  composeDataChanges,
  composeSchemaChanges,
  diffLedgers,
  diffSnapshots,
} from '../../../src/recording/changes.ts';
import type { DataLedger } from '../../../src/recording/data-ledger.ts';
import type { SchemaSnapshot } from '../../../src/recording/schema-snapshot.ts';
import { aColumn, aSequence, aTable } from '../../helpers/recordings.ts';

/** Small numbers from a seed, the same on every machine (mulberry32). */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

const NAMES = ['a', 'b', 'c', 'd', 'e'];

function aSnapshot(roll: (sides: number) => number): SchemaSnapshot {
  const present = NAMES.filter(() => roll(3) > 0);
  return Object.fromEntries(
    present.map((name) => [
      `table ${name}`,
      { kind: 'table', name, properties: { owner: NAMES[roll(3)] ?? '', options: [String(roll(2))] } },
    ]),
  );
}

const aLedger = (roll: (sides: number) => number): DataLedger => ({
  tables: Object.fromEntries(
    NAMES.filter(() => roll(3) > 0).map((name) => [
      name,
      aTable(roll(3), { id: aColumn(String(roll(3))) }, { oid: roll(100) }),
    ]),
  ),
  sequences: Object.fromEntries(
    NAMES.filter(() => roll(3) > 0).map((name) => [`${name}_seq`, aSequence({ lastValue: String(roll(2)) })]),
  ),
  unread: {},
});

const seeds = Array.from({ length: 200 }, (_, seed) => seed);

const relations = (changes: readonly { relation: string }[]): string[] =>
  changes.map(({ relation }) => relation).toSorted();

describe('changes of consecutive steps', () => {
  test('compose to the difference of first and last state, for schema', () => {
    for (const seed of seeds) {
      const roll = dice(seed);
      const states = Array.from({ length: 2 + roll(5) }, () => aSnapshot(roll));
      const steps = states.slice(1).map((state, i) => diffSnapshots(states[i] ?? {}, state));
      const last = states.at(-1) ?? {};
      expect(composeSchemaChanges(steps)).toEqual(diffSnapshots(states[0] ?? {}, last));
      expect(diffSnapshots(applySchemaChanges(states[0] ?? {}, steps), last)).toEqual([]);
    }
  });

  test('compose to the difference of first and last state, for data', () => {
    for (const seed of seeds) {
      const roll = dice(seed);
      const [first, ...rest] = Array.from({ length: 2 + roll(5) }, () => aLedger(roll));
      if (!first) throw new Error('no state');
      const states = [first, ...rest];
      const steps = rest.map((state, i) => diffLedgers(states[i] ?? first, state));
      const last = rest.at(-1) ?? first;
      expect(relations(composeDataChanges(steps))).toEqual(relations(diffLedgers(first, last)));
      expect(diffLedgers(applyDataChanges(first, steps), last)).toEqual([]);
    }
  });

  test('do not depend on the order in which properties are written', () => {
    const change = { kind: 'table', name: 'a', before: { x: 1, y: 2 }, after: { x: 1, y: 3 } };
    const back = { kind: 'table', name: 'a', before: { y: 3, x: 1 }, after: { y: 2, x: 1 } };
    expect(composeSchemaChanges([[change], [back]])).toEqual([]);
  });
});
