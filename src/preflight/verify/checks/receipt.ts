import { duration } from '../../../support/duration.ts';
import {
  fail,
  pass,
  type PreflightCheck,
  preflightCheckFor,
  type Said,
  skipped,
  unknownBecause,
  whenKnown,
} from '../../check.ts';
import type { RehearsalPredicate } from '../../facts/certificate.ts';
import type { Receipt } from '../../facts/receipt.ts';
import type { CertificateFacts } from '../../facts/rehearsal.ts';
import { isKnown } from '../../reading.ts';
import type { VerifyFacts } from '../facts.ts';

const receiptNotSafe = preflightCheckFor<VerifyFacts>()({
  id: 'verify-receipt-not-safe',
  title: 'The pre-flight had not let the migration through',
  group: 'environment',
  effect: 'The migration ran against advice; perhaps there is no backup to go back to.',
  remedy: 'Look at what the pre-flight said, and whether it still matters.',
  limits: {},

  *ask({ receipt }) {
    if (!receipt) {
      yield skipped('No receipt was given.');
      return;
    }
    yield* whenKnown(receipt, function* ({ outcome, issuedAt, answers }) {
      if (outcome === 'safe') {
        yield pass(`The pre-flight of ${issuedAt} ended safe.`);
        return;
      }
      const against = answers
        .filter(({ answer, waived }) => waived === undefined && (answer === 'fail' || answer === 'unknown'))
        .map(({ check }) => check);
      yield fail(`The pre-flight of ${issuedAt} ended ${outcome}: ${[...new Set(against)].join(', ')}.`, { against });
    });
  },
});

const receiptOtherDatabase = preflightCheckFor<VerifyFacts>()({
  id: 'verify-receipt-other-database',
  title: 'The pre-flight looked at another database',
  group: 'environment',
  effect: 'Nobody looked whether this database has a backup.',
  remedy: 'Pass the receipt of the pre-flight of this database.',
  limits: {},

  ask: (facts) => withReceipt(facts, (receipt) => sameDatabase(facts, receipt)),
});

const receiptOtherRehearsal = preflightCheckFor<VerifyFacts>()({
  id: 'verify-receipt-other-rehearsal',
  title: 'The pre-flight was made with another certificate, or for other migrations',
  group: 'migrations',
  effect: 'What ran is not what was let through.',
  remedy: 'Pass receipt and certificate of the same release.',
  limits: {},

  ask: (facts) =>
    withReceipt(facts, (receipt) =>
      whenKnown(facts.rehearsal.certificate, (certificate) => sameRehearsal(certificate, receipt)),
    ),
});

const receiptExpired = preflightCheckFor<VerifyFacts>()({
  id: 'verify-receipt-expired',
  title: 'The migration did not run while the pre-flight was valid',
  group: 'environment',
  effect: 'A pre-flight tells of a moment; later, sessions, backups and free space may have been others.',
  remedy: 'Run the pre-flight right before the migration next time; look now whether a backup from before it exists.',
  limits: { maxAgeHours: 24, toleranceSeconds: 60 },

  ask: (facts, limits) => withReceipt(facts, (receipt) => inTime(facts, receipt, limits)),
});

export const receiptChecks: readonly PreflightCheck<VerifyFacts>[] = [
  receiptNotSafe,
  receiptOtherDatabase,
  receiptOtherRehearsal,
  receiptExpired,
];

/** The first check says why a receipt could not be read. */
function* withReceipt({ receipt }: VerifyFacts, say: (receipt: Receipt) => Iterable<Said>): Iterable<Said> {
  if (!receipt) yield skipped('No receipt was given.');
  else if (isKnown(receipt)) yield* say(receipt.value);
  else yield skipped('The receipt could not be read.');
}

function* sameRehearsal(
  { sha256, predicate }: CertificateFacts,
  { certificateSha256, pending }: Receipt,
): Iterable<Said> {
  if (certificateSha256 !== sha256) {
    yield certificateSha256 === undefined
      ? fail('The pre-flight of the receipt had no certificate.')
      : fail('The pre-flight of the receipt had another certificate than this one.');
  }
  const expected = waitingFor(predicate);
  if (expected.toSorted().join('\n') !== pending.toSorted().join('\n')) {
    const message = `What waited at the pre-flight is not what was rehearsed: ${listed(pending)} instead of ${listed(expected)}.`;
    yield fail(message, { pending, expected });
  } else if (certificateSha256 === sha256) {
    yield pass('The pre-flight had this certificate, and waiting was what it is for.');
  }
}

/** A wider scope rehearses again what production has had for long. */
function waitingFor({ migrations: { rehearsed, applied } }: RehearsalPredicate): string[] {
  const before = new Set(applied);
  return rehearsed.map(({ id }) => id).filter((id) => !before.has(id));
}

function* sameDatabase({ target, database, resourceId }: VerifyFacts, receipt: Receipt): Iterable<Said> {
  const differences: string[] = [];
  const proofs: string[] = [];
  // The same server may be reached by another name, through a proxy; the database in it has one name.
  if (target.database !== receipt.target.database)
    differences.push(`the database ${receipt.target.database} instead of ${target.database}`);
  const { systemIdentifier } = database;
  if (receipt.systemIdentifier !== undefined && isKnown(systemIdentifier)) {
    if (systemIdentifier.value === receipt.systemIdentifier) proofs.push(`system identifier ${systemIdentifier.value}`);
    else differences.push(`the system identifier ${receipt.systemIdentifier} instead of ${systemIdentifier.value}`);
  }
  if (receipt.resource && resourceId && isKnown(resourceId)) {
    if (resourceId.value === receipt.resource.resourceId) proofs.push(`resource id ${resourceId.value}`);
    else differences.push(`the resource id ${receipt.resource.resourceId} instead of ${resourceId.value}`);
  }
  if (differences.length > 0) yield fail(`The pre-flight saw ${differences.join(', ')}.`, { differences });
  else if (proofs.length > 0) yield pass(`The pre-flight saw the same database: ${proofs.join(', ')}.`);
  else yield byAddress(target, receipt, resourceId);
}

/** Where neither server nor AWS says who it is. */
function byAddress(
  { host, port, database }: VerifyFacts['target'],
  { target }: Receipt,
  resourceId: VerifyFacts['resourceId'],
): Said {
  const isSame = host === target.host && port === target.port;
  // A restored or renamed database answers at the same address; who was asked and did not say is no proof.
  if (isSame && resourceId !== undefined && !isKnown(resourceId)) return unknownBecause(resourceId);
  if (isSame) return pass(`The pre-flight connected to the same address: ${database} on ${host}:${port}.`);
  return {
    answer: 'unknown',
    message: `The pre-flight connected to ${target.host}:${target.port}, not to ${host}:${port}, and neither tells which server it is.`,
  };
}

interface TimeLimits {
  readonly maxAgeHours: number;
  /** The clocks of this machine and of the database differ by so much at most. */
  readonly toleranceSeconds: number;
}

function* inTime(
  { takenAt, rehearsal: { certificate }, database: { appliedAt } }: VerifyFacts,
  { issuedAt, validUntil }: Receipt,
  { maxAgeHours, toleranceSeconds }: TimeLimits,
): Iterable<Said> {
  const toleranceMs = toleranceSeconds * 1_000;
  const ageMs = Date.parse(takenAt) - Date.parse(issuedAt);
  if (ageMs < -toleranceMs) {
    yield fail(`The receipt was issued at ${issuedAt}, which is ${duration(-ageMs)} from now.`);
    return;
  }
  if (!isKnown(appliedAt)) {
    yield unknownBecause(appliedAt);
    return;
  }
  const expected = isKnown(certificate) ? waitingFor(certificate.value.predicate).length : 0;
  const first = appliedAt.value[expected - 1];
  if (first === undefined) {
    const told = `The receipt is ${duration(Math.max(ageMs, 0))} old; the limit is ${maxAgeHours} h, since the books do not say when the migration ran`;
    yield ageMs > maxAgeHours * 3_600_000 ? fail(`${told}.`) : pass(`${told}.`);
    return;
  }
  const evidence = { appliedAt: first, issuedAt, validUntil };
  if (Date.parse(first) > Date.parse(validUntil) + toleranceMs)
    yield fail(`The first migration was applied at ${first}; the receipt was valid until ${validUntil}.`, evidence);
  else if (Date.parse(first) < Date.parse(issuedAt) - toleranceMs)
    yield fail(`The first migration was applied at ${first}, before the receipt was issued at ${issuedAt}.`, evidence);
  else yield pass(`The first migration was applied at ${first}, while the receipt of ${issuedAt} was valid.`, evidence);
}

const listed = (ids: readonly string[]): string => (ids.length === 0 ? 'nothing' : ids.join(', '));
