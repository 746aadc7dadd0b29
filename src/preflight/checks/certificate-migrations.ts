import { counted } from '../../support/amounts.ts';
import { fail, pass, type PreflightCheck, type Said, whenKnown } from '../check.ts';
import type { PreflightFacts } from '../facts/index.ts';
import type { RehearsalPredicate } from '../facts/certificate.ts';
import type { MigrationOnDisk } from '../facts/rehearsal.ts';
import { defineCheck, ifCertified } from './certificate-check.ts';

const pendingNotRehearsed = defineCheck({
  id: 'pending-not-rehearsed',
  title: 'What is pending in production is not what was rehearsed',
  group: 'migrations',
  effect: 'A migration that nobody rehearsed would run, or one that was rehearsed would not.',
  remedy: 'Rehearse what is pending now, with a backup of what production is now.',
  limits: {},

  *ask(facts) {
    yield* ifCertified(facts, ({ predicate }) =>
      withPending(facts, function* (pending, applied) {
        const differences = [...pendingDifferences(pending, applied, predicate)];
        yield* differences;
        if (differences.length > 0) return;
        if (pending.length === 0) yield pass('Nothing is pending, and nothing was rehearsed as pending.');
        else yield pass(`The ${counted(pending.length, 'pending migration')} were rehearsed in this order.`);
      }),
    );
  },
});

function* pendingDifferences(
  pending: readonly MigrationOnDisk[],
  applied: ReadonlySet<string>,
  { migrations }: RehearsalPredicate,
): Iterable<Said> {
  const expected = rehearsedAsPending(migrations);
  const now = pending.map(({ id }) => id);
  const before = new Set(migrations.applied);
  for (const id of now.filter((one) => !expected.includes(one))) {
    const why = before.has(id) ? ': the rehearsed backup had it applied already' : '';
    yield fail(`${id} is pending in production and was not rehearsed as such${why}.`, { migration: id });
  }
  for (const id of expected.filter((one) => !now.includes(one))) {
    const how = applied.has(id) ? 'is applied in production already' : 'is not on disk any more';
    yield fail(`${id} was rehearsed and ${how}.`, { migration: id });
  }
  for (const id of applied) {
    if (before.has(id) || expected.includes(id)) continue;
    yield fail(`${id} is applied in production and was neither in the rehearsed backup nor rehearsed.`, {
      migration: id,
    });
  }
  const common = now.filter((id) => expected.includes(id));
  const order = expected.filter((id) => now.includes(id));
  if (common.join('\n') !== order.join('\n')) {
    yield fail(`Production would apply ${common.join(', ')}; they were rehearsed in the order ${order.join(', ')}.`, {
      pending: common,
      rehearsed: order,
    });
  }
}

const migrationEditedSinceRehearsal = defineCheck({
  id: 'migration-edited-since-rehearsal',
  title: 'A pending migration is not the file that was rehearsed',
  group: 'migrations',
  effect: 'What would run is not what was rehearsed.',
  remedy: 'Rehearse again, or release the revision that was rehearsed.',
  limits: {},

  *ask(facts) {
    yield* ifCertified(facts, ({ predicate: { migrations } }) =>
      withPending(facts, function* (pending) {
        const checksums = new Map(migrations.rehearsed.map(({ id, checksum }) => [id, checksum]));
        const common = pending.filter(({ id }) => checksums.has(id));
        let same = 0;
        for (const { id, checksum } of common) {
          const rehearsed = checksums.get(id);
          const evidence = {
            migration: id,
            ...(rehearsed !== undefined && { rehearsed }),
            ...(checksum !== undefined && { onDisk: checksum }),
          };
          if (checksum === undefined || rehearsed === undefined) {
            const where = rehearsed === undefined ? 'in the certificate' : 'on disk';
            yield { answer: 'unknown', message: `${id} has no checksum ${where} to compare with.`, evidence };
          } else if (checksum !== rehearsed) {
            yield fail(`${id} has another checksum than when it was rehearsed.`, evidence);
          } else same += 1;
        }
        if (same === common.length) yield pass(`${counted(same, 'pending migration')} with the checksums rehearsed.`);
      }),
    );
  },
});

const appliedNotOnDisk = defineCheck({
  id: 'applied-not-on-disk',
  title: 'A migration is applied in production and not on disk',
  group: 'migrations',
  effect: 'The tool refuses to run, or this is not the revision that production was released from.',
  remedy: 'Release from a revision that holds every migration that production has.',
  limits: {},

  *ask({ rehearsal: { migrations, applied } }) {
    yield* whenKnown(migrations, (onDisk) =>
      whenKnown(applied, function* (books) {
        const known = new Set(onDisk.map(({ id }) => id));
        const missing = books.filter(({ id }) => !known.has(id));
        for (const { id } of missing) yield fail(`${id} is applied in production and not on disk.`, { migration: id });
        if (missing.length === 0)
          yield pass(`${counted(books.length, 'applied migration')} in production, all on disk.`);
      }),
    );
  },
});

const booksInDisorder = defineCheck({
  id: 'migration-books-in-disorder',
  title: "The tool's books in production hold an unfinished or an edited migration",
  group: 'migrations',
  effect: 'The tool refuses to run until that is mended.',
  remedy: 'Mend the database by hand as the tool describes, then its books.',
  limits: {},

  *ask({ rehearsal: { applied } }) {
    yield* whenKnown(applied, function* (books) {
      const bad = books.filter(({ unfinished, edited }) => unfinished === true || edited === true);
      for (const { id, unfinished } of bad) {
        const how = unfinished === true ? 'as begun and not finished' : 'with another checksum than its file has now';
        yield fail(`${id} is in production's books ${how}.`, { migration: id });
      }
      if (bad.length === 0) yield pass("The tool's books in production are in order.");
    });
  },
});

/** On disk and not in production's books, in the order in which the tool would apply them. */
const withPending = (
  { rehearsal: { migrations, applied } }: PreflightFacts,
  say: (pending: readonly MigrationOnDisk[], applied: ReadonlySet<string>) => Iterable<Said>,
): Iterable<Said> =>
  whenKnown(migrations, (onDisk) =>
    whenKnown(applied, (books) => {
      const ids = new Set(books.map(({ id }) => id));
      return say(
        onDisk.filter(({ id }) => !ids.has(id)),
        ids,
      );
    }),
  );

/** What the backup held already may have been rehearsed once more; production will not run it. */
export function rehearsedAsPending({ rehearsed, applied }: RehearsalPredicate['migrations']): string[] {
  const before = new Set(applied);
  return rehearsed.map(({ id }) => id).filter((id) => !before.has(id));
}

export const certificateMigrationChecks: readonly PreflightCheck<PreflightFacts>[] = [
  pendingNotRehearsed,
  migrationEditedSinceRehearsal,
  appliedNotOnDisk,
  booksInDisorder,
];
