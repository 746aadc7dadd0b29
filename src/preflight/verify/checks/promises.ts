import { holds, saying } from '../../../checks/invariant-broken.ts';
import type { InvariantRecord } from '../../../recording/recording.ts';
import { counted } from '../../../support/amounts.ts';
import { duration } from '../../../support/duration.ts';
import { fail, pass, type PreflightCheck, preflightCheckFor, type Said, skipped, whenKnown } from '../../check.ts';
import type { InvariantStart } from '../../facts/receipt.ts';
import { isKnown } from '../../reading.ts';
import type { InvariantFacts, QueryFacts, VerifyFacts } from '../facts.ts';

const invariantBroken = preflightCheckFor<VerifyFacts>()({
  id: 'verify-invariant-broken',
  title: 'Something that must always hold does not hold in production',
  group: 'verification',
  effect: 'The migration broke a rule of the business that no constraint keeps.',
  remedy: 'Mend the data, or go the rehearsed way back.',
  limits: {},

  *ask(facts) {
    const { invariants } = facts.database;
    for (const invariant of invariants) {
      yield* whenKnown(invariant.reading, (now) => about(invariant, now, startOf(invariant, facts)));
    }
    if (invariants.length === 0) yield skipped('The config names no invariants.');
  },
});

const queryFailed = preflightCheckFor<VerifyFacts>()({
  id: 'verify-query-failed',
  title: 'A query of the config does not give what it should',
  group: 'verification',
  effect: 'What the application asks for first does not work after the migration.',
  remedy: 'Run the query by hand; mend what it meets, or go the rehearsed way back.',
  limits: {},

  *ask({ queries }) {
    for (const query of queries) {
      yield* whenKnown(query.reading, function* ({ error, rows, value }) {
        yield aboutQuery(query, { rows, value, ...(error !== undefined && { error }) });
      });
    }
    if (queries.length === 0) yield skipped('The config names no queries.');
  },
});

export const promiseChecks: readonly PreflightCheck<VerifyFacts>[] = [invariantBroken, queryFailed];

/** Only `unchanged` looks back. */
function startOf({ name, expect }: InvariantFacts, { receipt }: VerifyFacts): InvariantStart | undefined {
  if (expect !== 'unchanged') return { name, value: '', rows: 0 };
  return receipt && isKnown(receipt) ? receipt.value.invariants.find((one) => one.name === name) : undefined;
}

function* about(
  { name, expect }: InvariantFacts,
  now: InvariantStart,
  start: InvariantStart | undefined,
): Iterable<Said> {
  if (!start && now.error === undefined) {
    yield {
      answer: 'unknown',
      message: `What the invariant "${name}" gave before the migration is not known: it stands in the receipt of the pre-flight.`,
      remedy: 'Pass the receipt with --receipt.',
    };
    return;
  }
  const record: InvariantRecord = { name, expect, start: start ?? { name, value: '', rows: 0 } };
  if (start?.error !== undefined) {
    yield {
      answer: 'unknown',
      message: `The invariant "${name}" failed before the migration already (${start.error}).`,
    };
  } else if (holds(record, now)) yield pass(`The invariant "${name}" holds.`, { invariant: name, value: now.value });
  else
    yield fail(`The invariant "${name}" does not hold: ${saying(record, now)}.`, { invariant: name, value: now.value });
}

function aboutQuery(
  { name, expect, durationMs }: QueryFacts,
  { error, rows, value }: { readonly error?: string; readonly rows: number; readonly value: string },
): Said {
  const evidence = { query: name, durationMs: Math.round(durationMs) };
  if (error !== undefined) return fail(`The query "${name}" fails: ${error}.`, evidence);
  if (isExpected(expect, rows, value))
    return pass(`The query "${name}" gives what it should, in ${duration(durationMs)}.`, evidence);
  const wanted = { empty: 'no row', some: 'a row at least' }[expect] ?? expect;
  const got = expect === 'empty' || rows === 0 ? counted(rows, 'row') : value;
  return fail(`The query "${name}" gives ${got} instead of ${wanted}.`, evidence);
}

function isExpected(expect: string, rows: number, value: string): boolean {
  if (expect === 'empty') return rows === 0;
  return expect === 'some' ? rows > 0 : value === expect;
}
