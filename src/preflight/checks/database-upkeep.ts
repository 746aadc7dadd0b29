import { duration } from '../../support/duration.ts';
import { fail, pass, preflightCheckFor, skipped, warn, whenKnown, type PreflightCheck, type Said } from '../check.ts';
import type { MaintenanceWorkFacts } from '../facts/database.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { isKnown } from '../reading.ts';
import { aboutTargets, orPass } from './database-rehearsal.ts';

const defineCheck = preflightCheckFor<PreflightFacts>();

const MILLION = 1_000_000;

const wraparoundNear = defineCheck({
  id: 'wraparound-near',
  title: 'Transaction ids are running out',
  group: 'database',
  effect:
    'The server refuses writes about 3 million before the end, and its vacuums against it hold their locks to the end.',
  remedy: 'VACUUM (FREEZE) the oldest tables before migrating.',
  limits: { warnMillions: 500 },

  ask: ({ database }, { warnMillions }) =>
    whenKnown(database.wraparound, ({ databases, failsafeAge }) =>
      orPass(
        databases.flatMap(({ database: name, xidAge, multixactAge }): Said[] => {
          const age = Math.max(xidAge, multixactAge);
          const message = `The oldest id of ${name} is ${Math.round(age / MILLION)} million old; the limit is`;
          const evidence = { database: name, xidAge, multixactAge };
          if (age >= failsafeAge) return [fail(`${message} ${Math.round(failsafeAge / MILLION)} million.`, evidence)];
          if (age < warnMillions * MILLION) return [];
          return [warn(`${message} ${warnMillions} million.`, evidence)];
        }),
        `No database has ids older than ${warnMillions} million.`,
      ),
    ),
});

const targetNeedsFreeze = defineCheck({
  id: 'target-needs-freeze',
  title: 'A target table is due for a vacuum that cannot be cancelled',
  group: 'database',
  effect: 'Autovacuum gives way to DDL, but not when it works against wraparound; the migration then waits for it.',
  remedy: 'VACUUM (FREEZE) the table first.',
  limits: {},

  ask: (facts) =>
    aboutTargets(facts, facts.database.targets, (targets) =>
      whenKnown(facts.database.wraparound, ({ freezeMaxAge }) =>
        orPass(
          targets
            .filter(({ xidAge = 0 }) => xidAge >= freezeMaxAge)
            .map(({ relation, xidAge = 0 }) => ({
              ...warn(
                `The oldest id of ${relation} is ${Math.round(xidAge / MILLION)} million old; autovacuum_freeze_max_age is ${Math.round(freezeMaxAge / MILLION)} million.`,
                { xidAge, freezeMaxAge },
              ),
              relation,
            })),
          'None of these tables is due for it.',
        ),
      ),
    ),
});

const maintenanceOnTarget = defineCheck({
  id: 'maintenance-on-target',
  title: 'A table that the migrations change is being vacuumed, analyzed or indexed now',
  group: 'database',
  effect: 'All of these exclude DDL on the table; only a plain autovacuum gives way.',
  remedy: 'Wait until it is done.',
  limits: {},

  ask: (facts) =>
    aboutTargets(facts, facts.database.maintenance, (work) =>
      orPass(work.filter(({ isTarget }) => isTarget).map(ofWork), 'None of these tables is being worked on.'),
    ),
});

function ofWork({
  kind,
  processId,
  relation = '?',
  phase,
  isAutomatic,
  againstWraparound,
}: MaintenanceWorkFacts): Said {
  const evidence = { kind, processId, ...(phase !== undefined && { phase }) };
  const message = `Process ${processId}: ${kind} on ${relation}`;
  if (!isAutomatic) return { ...fail(`${message}, started by hand.`, evidence), relation };
  if (kind === 'vacuum' && againstWraparound === undefined) {
    const because = `${message}; whether it is against wraparound is not shown.`;
    return { answer: 'unknown', message: because, relation, evidence, remedy: 'Grant pg_monitor.' };
  }
  if (againstWraparound === true)
    return { ...fail(`${message}, against wraparound: it does not give way.`, evidence), relation };
  return { ...warn(`${message}, by autovacuum.`, evidence), relation };
}

const archiverFailing = defineCheck({
  id: 'archiver-failing',
  title: 'WAL is not being archived',
  group: 'database',
  effect: 'The point in time that could be restored stands still, whatever the console says of backups.',
  remedy: "Look into the server's log for the archive command's error.",
  limits: { maxMinutes: 10, maxBehindFiles: 3 },

  ask: ({ database }, { maxMinutes, maxBehindFiles }) =>
    whenKnown(database.archiver, function* say(archiver) {
      const { mode, lastArchivedAt = '', lastFailedAt = '', sinceArchivedSeconds, behindFiles = 0 } = archiver;
      const isAurora = isKnown(database.identity) && database.identity.value.auroraVersion !== undefined;
      const ago = sinceArchivedSeconds === undefined ? 'never' : `${duration(sinceArchivedSeconds * 1_000)} ago`;
      const evidence = { lastArchivedAt, lastFailedAt, behindFiles };
      if (mode === 'off' || isAurora) yield skipped('The server itself does not archive WAL.');
      else if (lastFailedAt > lastArchivedAt) {
        yield fail(`The archiver failed last at ${lastFailedAt}; its last success was ${ago}.`, evidence);
      } else if ((sinceArchivedSeconds ?? 0) > maxMinutes * 60 && behindFiles > maxBehindFiles) {
        const waiting = `WAL was archived ${ago}, and ${behindFiles} finished files wait`;
        yield warn(`${waiting}; the limits are ${maxMinutes} min and ${maxBehindFiles} files.`, evidence);
      } else yield pass(`WAL was last archived ${ago}, and no attempt failed since.`, evidence);
    }),
});

const checksumFailure = defineCheck({
  id: 'checksum-failure',
  title: 'Pages with wrong checksums were read',
  group: 'database',
  effect: 'Data is damaged; a migration that rewrites it may fail or make the damage final, and so may a backup of it.',
  remedy: 'Find the damaged relation (the log names the block) and restore it before anything else.',
  limits: {},

  ask: ({ database }) =>
    whenKnown(database.checksums, function* say({ failures, lastFailureAt = 'unknown' }) {
      if (failures === undefined) yield skipped('The cluster has no checksums.');
      else if (failures > 0)
        yield fail(`${failures} pages failed their checksum, the last one at ${lastFailureAt}.`, { failures });
      else yield pass('No page failed its checksum.');
    }),
});

const collationDrifted = defineCheck({
  id: 'collation-drifted',
  title: 'The collation changed under the database',
  group: 'database',
  effect: 'Indexes on text are sorted by other rules than comparisons use now: rows are not found, duplicates get in.',
  remedy: 'REINDEX what depends on it, then ALTER DATABASE … REFRESH COLLATION VERSION.',
  limits: {},

  ask: ({ database }) =>
    whenKnown(database.collation, function* say({ recorded, actual }) {
      if (recorded === undefined || actual === undefined)
        yield skipped('The server keeps no version of the collation.');
      else if (recorded === actual) yield pass(`The collation has version ${actual}.`);
      else
        yield warn(`The database was made with version ${recorded} of its collation; the system has ${actual}.`, {
          recorded,
          actual,
        });
    }),
});

export const databaseUpkeepChecks: readonly PreflightCheck<PreflightFacts>[] = [
  wraparoundNear,
  targetNeedsFreeze,
  maintenanceOnTarget,
  archiverFailing,
  checksumFailure,
  collationDrifted,
];
