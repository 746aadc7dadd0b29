import type { InvariantReading, InvariantRecord } from '../recording/recording.ts';
import { defineCheck } from './check.ts';

export const invariantBroken = defineCheck({
  id: 'invariant-broken',
  title: 'Something that must always hold does not hold any more',
  severity: 'error',
  effect: 'The migration breaks a rule of the business that no constraint keeps.',
  remedy: 'Mend the migration; if the rule itself changes with it, change the invariant in the config.',
  needs: ['invariants'],
  limits: {},

  *inspect({ start, steps }) {
    for (const invariant of start.invariants ?? []) {
      let held = holds(invariant, invariant.start);
      const reported = new Set<string>();
      if (!held) {
        yield {
          where: {},
          message: `The invariant "${invariant.name}" does not hold in the restored backup: ${saying(invariant, invariant.start)}.`,
          evidence: { invariant: invariant.name, value: invariant.start.value },
        };
      }
      for (const { migration, direction, observations } of steps) {
        const reading = observations.invariants?.find(({ name }) => name === invariant.name);
        if (!reading) continue;
        const holdsNow = holds(invariant, reading);
        // Applied once and again, it breaks twice; that is one finding.
        const key = `${direction} ${migration}`;
        if (held && !holdsNow && !reported.has(key)) {
          reported.add(key);
          yield {
            where: { migration, direction },
            message: `After ${direction} of ${migration}, the invariant "${invariant.name}" does not hold: ${saying(invariant, reading)}.`,
            evidence: { invariant: invariant.name, value: reading.value, startValue: invariant.start.value },
          };
        }
        held = holdsNow;
      }
    }
  },
});

export function holds({ expect, start }: InvariantRecord, { error, rows, value }: InvariantReading): boolean {
  if (error !== undefined) return false;
  if (expect === 'unchanged') return start.error === undefined && value === start.value && rows === start.rows;
  if (expect === 'empty') return rows === 0;
  return value === expect;
}

export function saying({ expect, start }: InvariantRecord, { error, rows, value }: InvariantReading): string {
  if (error !== undefined) return `its query fails (${error})`;
  if (expect === 'unchanged') return `it gave ${start.value}, now ${value}`;
  if (expect === 'empty') return `it gives ${rows} row${rows === 1 ? '' : 's'} instead of none`;
  return `it gives ${value} instead of ${expect}`;
}
