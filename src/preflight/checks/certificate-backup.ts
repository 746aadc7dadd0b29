import { duration } from '../../support/duration.ts';
import { pass, type PreflightCheck, skipped, warn } from '../check.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { defineCheck, ifCertified } from './certificate-check.ts';

const rehearsedBackupStale = defineCheck({
  id: 'rehearsed-backup-stale',
  title: 'The rehearsal used an old backup, or none',
  group: 'migrations',
  effect: 'Durations, lost rows and violated constraints show only with the data that production has.',
  remedy: 'Rehearse with a new backup.',
  limits: { maxAgeHours: 168 },

  *ask(facts, { maxAgeHours }) {
    yield* ifCertified(facts, function* ({ predicate: { backup, rehearsedAt } }) {
      if (backup.format === 'none') {
        yield warn('The rehearsal began with an empty database: what it says of data and time is worth little.');
        return;
      }
      if (backup.rows === 0) yield warn('The rehearsed backup holds no rows.');
      if (backup.createdAt === undefined) {
        yield warn(`The backup ${backup.file ?? ''} does not say when it was made.`.replace('  ', ' '));
        return;
      }
      const ageMs = Date.parse(rehearsedAt) - Date.parse(backup.createdAt);
      const message = `The backup was ${duration(Math.max(0, ageMs))} old when it was rehearsed; the limit is ${maxAgeHours} h.`;
      const evidence = { createdAt: backup.createdAt, rehearsedAt, maxAgeHours };
      yield ageMs > maxAgeHours * HOUR_MS ? warn(message, evidence) : pass(message, evidence);
    });
  },
});

const HOUR_MS = 3_600_000;

const rehearsedOtherDatabase = defineCheck({
  id: 'rehearsed-other-database',
  title: 'The rehearsed backup is of a database with another name',
  group: 'migrations',
  effect: 'It may be the backup of another environment.',
  remedy: 'Rehearse with a backup of this database.',
  limits: {},

  *ask(facts) {
    yield* ifCertified(facts, function* ({ predicate: { backup } }) {
      const { database } = backup;
      const here = facts.target.database;
      if (database === undefined) yield skipped('The backup does not say which database it is of.');
      else if (database === here) yield pass(`The backup is of a database named ${here}, too.`);
      else yield warn(`The backup is of the database ${database}, not of ${here}.`, { backup: database, here });
    });
  },
});

export const certificateBackupChecks: readonly PreflightCheck<PreflightFacts>[] = [
  rehearsedBackupStale,
  rehearsedOtherDatabase,
];
