import type { AppliedMigration } from '../../../recording/recording.ts';
import { counted } from '../../../support/amounts.ts';
import {
  fail,
  pass,
  type PreflightCheck,
  preflightCheckFor,
  type Said,
  skipped,
  unknownBecause,
  warn,
  whenKnown,
} from '../../check.ts';
import type { RehearsalPredicate } from '../../facts/certificate.ts';
import type { MigrationOnDisk } from '../../facts/rehearsal.ts';
import { isKnown } from '../../reading.ts';
import type { VerifyFacts } from '../facts.ts';

const certificateNotSafe = preflightCheckFor<VerifyFacts>()({
  id: 'verify-certificate-not-safe',
  title: 'The certificate is not that of a rehearsal that went well',
  group: 'migrations',
  effect: 'Being where an unsafe rehearsal ended is no proof of anything.',
  remedy: 'Pass the certificate of the rehearsal that the pre-flight let through.',
  limits: {},

  *ask({ rehearsal: { certificate } }) {
    yield* whenKnown(certificate, function* ({ predicate: { verdict, rehearsedAt, interrupted } }) {
      const told = `The rehearsal of ${rehearsedAt} ended ${verdict.outcome}`;
      if (interrupted) yield fail(`The rehearsal of ${rehearsedAt} was interrupted.`);
      else if (verdict.outcome === 'safe') yield pass(`${told}.`);
      else
        yield fail(
          `${told}: ${counted(verdict.errors, 'error')}, ${counted(verdict.notJudged.length, 'check')} not judged.`,
        );
    });
  },
});

const certificateNotVerified = preflightCheckFor<VerifyFacts>()({
  id: 'verify-certificate-not-verified',
  title: 'The certificate is not signed with the key of the config',
  group: 'migrations',
  effect: 'Anybody may have written it, and production is compared with what nobody rehearsed.',
  remedy: 'Pass the certificate of a run with --sign-key, and the public key that belongs to it.',
  limits: {},

  *ask({ rehearsal: { certificate } }) {
    // The check above says why a certificate could not be read.
    if (!isKnown(certificate)) yield skipped('The certificate could not be read.');
    else {
      const { expectedKeyId, signed, verified } = certificate.value.signature;
      if (expectedKeyId === undefined) yield skipped('The config names no key.');
      else if (verified) yield pass(`The certificate is signed with the key ${expectedKeyId}.`);
      else
        yield fail(
          `The certificate is ${signed ? 'signed with another key' : 'not signed'}; the config asks for ${expectedKeyId}.`,
        );
    }
  },
});

const migrationNotApplied = preflightCheckFor<VerifyFacts>()({
  id: 'verify-migration-not-applied',
  title: 'A rehearsed migration is not applied in production',
  group: 'verification',
  effect: 'The release is only half there.',
  remedy: 'Run the migration tool again, or go the rehearsed way back.',
  limits: {},

  *ask({ rehearsal: { certificate, applied } }) {
    if (!isKnown(certificate)) {
      yield unknownBecause(certificate);
      return;
    }
    const { rehearsed, applied: before } = certificate.value.predicate.migrations;
    yield* whenKnown(applied, function* (books) {
      const finished = new Set(books.filter(({ unfinished }) => unfinished !== true).map(({ id }) => id));
      const begun = new Set(books.filter(({ unfinished }) => unfinished === true).map(({ id }) => id));
      const missing = rehearsed.map(({ id }) => id).filter((id) => !finished.has(id));
      for (const id of missing.filter((one) => !begun.has(one)))
        yield fail(`${id} was rehearsed and is not applied in production.`, { migration: id });
      for (const id of begun) yield fail(`${id} was begun in production and not finished.`, { migration: id });
      const lost = before.filter((id) => !finished.has(id) && !begun.has(id) && !missing.includes(id));
      for (const id of lost)
        yield fail(`${id} was applied in the rehearsed backup and is not in production.`, { migration: id });
      if (missing.length + begun.size + lost.length === 0)
        yield pass(`Applied: ${counted(rehearsed.length, 'rehearsed migration')}, all.`);
    });
  },
});

const migrationUnexpected = preflightCheckFor<VerifyFacts>()({
  id: 'verify-migration-unexpected',
  title: 'Production has, or waits for, a migration that was not rehearsed',
  group: 'verification',
  effect: 'Something else was released, or will be with the next run of the tool.',
  remedy: 'Compare the folder of migrations with the one that was rehearsed.',
  limits: {},

  *ask({ rehearsal: { certificate, applied, migrations } }) {
    if (!isKnown(certificate)) {
      yield unknownBecause(certificate);
      return;
    }
    const { rehearsed, applied: before } = certificate.value.predicate.migrations;
    const expected = new Set([...before, ...rehearsed.map(({ id }) => id)]);
    yield* whenKnown(applied, (books) =>
      whenKnown(migrations, function* (onDisk) {
        const strange = books.filter(({ id }) => !expected.has(id));
        for (const { id } of strange)
          yield fail(`${id} is applied in production and was not rehearsed.`, { migration: id });
        const inBooks = new Set(books.map(({ id }) => id));
        const waiting = onDisk.filter(({ id }) => !inBooks.has(id) && !expected.has(id));
        for (const { id } of waiting)
          yield warn(`${id} is on disk, was not rehearsed, and is not applied.`, { migration: id });
        if (strange.length + waiting.length === 0) yield pass('Nothing but what was rehearsed is applied or waiting.');
      }),
    );
  },
});

const migrationEdited = preflightCheckFor<VerifyFacts>()({
  id: 'verify-migration-edited',
  title: 'A migration was edited between rehearsal and release',
  group: 'verification',
  effect: 'What ran in production is not what was rehearsed, whatever it is called.',
  remedy: 'Rehearse the migration as it is now, and compare production with that.',
  limits: {},

  *ask({ rehearsal: { certificate, migrations, applied } }) {
    if (!isKnown(certificate)) {
      yield unknownBecause(certificate);
      return;
    }
    const { rehearsed } = certificate.value.predicate.migrations;
    yield* whenKnown(migrations, function* (onDisk) {
      const inBooks = isKnown(applied) ? editedInBooks(rehearsed, applied.value) : [unknownBecause(applied)];
      const said = [...deviatingFiles(rehearsed, onDisk), ...inBooks];
      yield* said;
      if (said.length === 0) yield pass('The files of the migrations are those that were rehearsed.');
    });
  },
});

type Rehearsed = RehearsalPredicate['migrations']['rehearsed'];

function* deviatingFiles(rehearsed: Rehearsed, onDisk: readonly MigrationOnDisk[]): Iterable<Said> {
  const files = new Map(onDisk.map((file) => [file.id, file]));
  for (const { id, checksum } of rehearsed) {
    const file = files.get(id);
    const evidence = { migration: id };
    if (file === undefined) yield { answer: 'unknown', message: `${id} is not on disk to compare with.`, evidence };
    else if (checksum === undefined || file.checksum === undefined) {
      const where = checksum === undefined ? 'in the certificate' : 'on disk';
      yield { answer: 'unknown', message: `${id} has no checksum ${where} to compare with.`, evidence };
    } else if (file.checksum !== checksum)
      yield fail(`The files of ${id} are not those that were rehearsed.`, evidence);
  }
}

/** What ran is in the books, whatever the folder was put back to since. */
function* editedInBooks(rehearsed: Rehearsed, books: readonly AppliedMigration[]): Iterable<Said> {
  const ids = new Set(rehearsed.map(({ id }) => id));
  for (const { id, edited } of books) {
    if (edited === true && ids.has(id))
      yield fail(`${id} ran in production with another checksum than its file has.`, { migration: id });
  }
}

export const migrationChecks: readonly PreflightCheck<VerifyFacts>[] = [
  certificateNotSafe,
  certificateNotVerified,
  migrationEdited,
  migrationNotApplied,
  migrationUnexpected,
];
