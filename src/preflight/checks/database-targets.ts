import { byteSize, counted } from '../../support/amounts.ts';
import { fail, preflightCheckFor, warn, whenKnown, type PreflightCheck, type Said } from '../check.ts';
import type { TargetTableFacts } from '../facts/database.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { isKnown } from '../reading.ts';
import { aboutTargets, orPass } from './database-rehearsal.ts';

const defineCheck = preflightCheckFor<PreflightFacts>();

const targetMissing = defineCheck({
  id: 'target-missing',
  title: 'Production lacks a table that the migrations change',
  group: 'database',
  effect: 'The migrations were rehearsed on another schema than the one that they will meet.',
  remedy: 'Look at the database that the URL leads to; rehearse a backup of this one.',
  limits: {},

  ask: (facts) =>
    aboutTargets(facts, facts.database.targets, (targets) =>
      orPass(
        targets
          .filter(({ exists }) => !exists)
          .map(({ relation }) => ({ ...fail(`${relation} does not exist in production.`), relation })),
        `The ${counted(targets.length, 'table')} that the migrations change exist${targets.length === 1 ? 's' : ''}.`,
      ),
    ),
});

const targetNotOwned = defineCheck({
  id: 'target-not-owned',
  title: 'The migration role does not own a table that it is to change',
  group: 'database',
  effect: 'ALTER TABLE is for owners: the migration fails half-way, with what it did before in place.',
  remedy: 'Run the migrations as the owner, or grant the role membership in it.',
  limits: {},

  ask: (facts) =>
    aboutTargets(facts, facts.database.targets, (targets, touched) =>
      orPass(
        existing(targets).flatMap((target): Said[] => {
          const { relation, owner = '?', roleOwns, roleMayWrite } = target;
          if (roleOwns === undefined) return [notTold(relation, 'Whether the migration role owns it')];
          const needsOwner = touched.get(relation)?.schemaChanged === true;
          if (roleOwns || (!needsOwner && roleMayWrite === true)) return [];
          const role = roleName(facts);
          const what = needsOwner ? `belongs to ${owner}; ${role} is no member of it` : `may not be written by ${role}`;
          return [{ ...fail(`${relation} ${what}.`, { owner, role }), relation }];
        }),
        `${roleName(facts)} may change these tables.`,
      ),
    ),
});

const schemaCreateDenied = defineCheck({
  id: 'schema-create-denied',
  title: 'The migration role may not create in the schema of a table that it is to change',
  group: 'database',
  effect: 'New indexes, tables and types are refused, half-way through the migration.',
  remedy: 'GRANT CREATE ON SCHEMA … TO the role.',
  limits: {},

  ask: (facts) =>
    aboutTargets(facts, facts.database.targets, (targets, touched) =>
      orPass(
        existing(targets)
          .filter(({ relation }) => touched.get(relation)?.schemaChanged === true)
          .flatMap(({ relation, roleMayCreateInSchema }): Said[] => {
            if (roleMayCreateInSchema === undefined) return [notTold(relation, 'Whether its schema takes new objects')];
            if (roleMayCreateInSchema) return [];
            const role = roleName(facts);
            return [{ ...fail(`${role} may not create in the schema of ${relation}.`, { role }), relation }];
          }),
        `${roleName(facts)} may create in the schemas of these tables.`,
      ),
    ),
});

const statisticsStale = defineCheck({
  id: 'statistics-stale',
  title: 'The statistics of a target table are stale',
  group: 'database',
  effect: 'Backfills and checks of the migration get bad plans and take longer than in the rehearsal.',
  remedy: 'ANALYZE it.',
  limits: { maxModifiedPercent: 20, minRows: 1_000 },

  ask: (facts, { maxModifiedPercent, minRows }) =>
    aboutTargets(facts, facts.database.targets, (targets) =>
      orPass(
        existing(targets)
          .filter(hasRows)
          .flatMap((target): Said[] => {
            const { relation, rows = 0, liveRows = 0, modifiedSinceAnalyze = 0, analyzed = false } = target;
            const total = Math.max(rows, liveRows);
            if (!analyzed && liveRows >= minRows) {
              return [
                { ...warn(`${relation} was never analyzed; it has about ${counted(liveRows, 'row')}.`), relation },
              ];
            }
            const percent = (100 * modifiedSinceAnalyze) / Math.max(total, 1);
            if (modifiedSinceAnalyze < minRows || percent <= maxModifiedPercent) return [];
            const changed = `${Math.round(percent)} % of ${relation} changed since it was analyzed`;
            return [
              { ...warn(`${changed}; the limit is ${maxModifiedPercent} %.`, { modifiedSinceAnalyze }), relation },
            ];
          }),
        'The statistics of these tables are fresh.',
      ),
    ),
});

const targetOutgrewRehearsal = defineCheck({
  id: 'target-outgrew-rehearsal',
  title: 'A table is much larger than it was in the rehearsal',
  group: 'database',
  effect: 'Rewrites, backfills and index builds take that much longer; the measured times do not hold.',
  remedy: 'Rehearse a newer or a full backup.',
  limits: { maxTimes: 2, minRows: 10_000 },

  ask: (facts, { maxTimes, minRows }) =>
    aboutTargets(facts, facts.database.targets, (targets, touched) =>
      orPass(
        existing(targets).flatMap(({ relation, rows, heapBytes = 0, indexBytes = 0 }): Said[] => {
          const rehearsed = touched.get(relation)?.rowsBefore;
          if (rows === undefined || rehearsed === undefined) return [];
          if (rows < minRows || rows <= maxTimes * rehearsed) return [];
          const now = `${relation} has about ${counted(rows, 'row')} (${byteSize(heapBytes + indexBytes)})`;
          const evidence = { rows, rehearsedRows: rehearsed, heapBytes, indexBytes };
          return [{ ...warn(`${now}; it had ${counted(rehearsed, 'row')} in the rehearsal.`, evidence), relation }];
        }),
        `No table is more than ${maxTimes} times what it was in the rehearsal.`,
      ),
    ),
});

const existing = (targets: readonly TargetTableFacts[]): readonly TargetTableFacts[] =>
  targets.filter(({ exists }) => exists);

/** Views and foreign tables have none of their own. */
const hasRows = ({ kind = 'r' }: TargetTableFacts): boolean => ['r', 'p', 'm'].includes(kind);

const roleName = ({ database, target }: PreflightFacts): string =>
  isKnown(database.role) ? database.role.value.name : (database.migrationRole ?? target.user);

const notTold = (relation: string, what: string): Said => ({
  answer: 'unknown',
  message: `${what} cannot be told of ${relation}.`,
  relation,
});

const migrationRoleMissing = defineCheck({
  id: 'migration-role-missing',
  title: 'The role that the migrations run as does not exist',
  group: 'database',
  effect: 'The migrations cannot connect, and what the role may do cannot be told.',
  remedy: 'Set `preflight.migrationRole` to the role of the real migration.',
  limits: {},

  ask: ({ database }) =>
    whenKnown(database.role, ({ name, exists }) =>
      orPass(exists ? [] : [fail(`There is no role ${name}.`, { role: name })], `The role ${name} exists.`),
    ),
});

export const databaseTargetChecks: readonly PreflightCheck<PreflightFacts>[] = [
  targetMissing,
  migrationRoleMissing,
  targetNotOwned,
  schemaCreateDenied,
  statisticsStale,
  targetOutgrewRehearsal,
];
