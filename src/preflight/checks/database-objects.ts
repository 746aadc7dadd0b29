import { fail, preflightCheckFor, warn, whenKnown, type PreflightCheck, type Said } from '../check.ts';
import type { SequenceFacts } from '../facts/database.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { aboutTargets, orPass } from './database-rehearsal.ts';

const defineCheck = preflightCheckFor<PreflightFacts>();

const invalidIndexLeft = defineCheck({
  id: 'invalid-index-left',
  title: 'Production has an invalid index',
  group: 'database',
  effect: 'It costs every write and serves no read, and CREATE INDEX IF NOT EXISTS "succeeds" because of it.',
  remedy: 'DROP INDEX CONCURRENTLY it, or REINDEX INDEX CONCURRENTLY.',
  limits: {},

  ask: ({ database }) =>
    whenKnown(database.invalidIndexes, (indexes) =>
      orPass(
        indexes.map(({ relation, index, isPartitioned, isBuilding, isTarget }): Said => {
          const evidence = { index };
          if (isBuilding)
            return { ...fail(`The index ${index} of ${relation} is being built right now.`, evidence), relation };
          const remedy = 'Attach an index of every partition to it (ALTER INDEX … ATTACH PARTITION).';
          const why = isPartitioned ? 'is invalid: partitions lack their part of it' : 'is invalid';
          const said = (isTarget ? fail : warn)(`The index ${index} of ${relation} ${why}.`, evidence);
          return { ...said, relation, ...(isPartitioned && { remedy }) };
        }),
        'Every index is valid.',
      ),
    ),
});

const constraintLeftUnvalidated = defineCheck({
  id: 'constraint-left-unvalidated',
  title: 'A constraint of a target table was never validated',
  group: 'database',
  effect: 'Rows that break it may be there; a migration that validates it, or relies on it, fails on them.',
  remedy: 'ALTER TABLE … VALIDATE CONSTRAINT …, after mending the rows.',
  limits: {},

  ask: (facts) =>
    aboutTargets(facts, facts.database.unvalidated, (constraints) =>
      orPass(
        constraints.map(({ relation, name }) => ({
          ...warn(`The constraint ${name} of ${relation} was never validated.`, { constraint: name }),
          relation,
        })),
        'Every constraint of these tables is validated.',
      ),
    ),
});

const eventTriggerActive = defineCheck({
  id: 'event-trigger-active',
  title: 'An event trigger will see the DDL',
  group: 'database',
  effect: 'It runs code of its own inside the migration, and may refuse it.',
  remedy: 'Make sure that the backup brought it to the rehearsal (superusers own it), or waive it by name.',
  limits: {},

  ask: ({ database }) =>
    whenKnown(database.eventTriggers, (triggers) =>
      orPass(
        triggers
          // An extension's came with the extension, and the host's own belong to the host.
          .filter(({ extension, owner }) => extension === undefined && owner !== 'rdsadmin')
          .map(({ name, event, function: call, owner }) =>
            warn(`The event trigger ${name} calls ${call} on ${event}.`, {
              trigger: name,
              event,
              function: call,
              owner,
            }),
          ),
        'No event trigger of your own is active.',
      ),
    ),
});

const targetUnlogged = defineCheck({
  id: 'unlogged-table',
  title: 'A table is unlogged',
  group: 'database',
  effect: 'Its rows are in no WAL: not on replicas, not in a restored point in time, perhaps not in a snapshot.',
  remedy: 'ALTER TABLE … SET LOGGED, or make sure that its contents can be had from elsewhere.',
  limits: {},

  ask: ({ database }) =>
    whenKnown(database.unlogged, (tables) =>
      orPass(
        tables.map((relation) => {
          const isTarget = database.askedTables.includes(relation);
          const message = `${relation} is unlogged${isTarget ? ', and the migrations change it' : ''}.`;
          return { ...(isTarget ? fail : warn)(message), relation };
        }),
        'No table is unlogged.',
      ),
    ),
});

const sequenceNearEnd = defineCheck({
  id: 'sequence-near-end',
  title: 'A sequence is near its end',
  group: 'database',
  effect: 'When it is used up, inserts fail; a migration that fills in rows may be what uses it up.',
  remedy: 'Widen the column to bigint before anything else (and the sequence: ALTER SEQUENCE … AS bigint).',
  limits: { warnPercent: 75, maxPercent: 90 },

  ask: ({ database }, limits) =>
    whenKnown(database.sequences, (sequences) =>
      orPass(
        sequences.flatMap((sequence) => saidOf(sequence, limits)),
        'No sequence that we can read is near its end.',
      ),
    ),
});

function saidOf(
  sequence: SequenceFacts,
  limits: { readonly warnPercent: number; readonly maxPercent: number },
): Said[] {
  const { sequence: name, column, relation, isTarget, isReadable, lastValue, cap, cycles } = sequence;
  const about = relation === undefined ? {} : { relation };
  if (isTarget && !isReadable) {
    const needs = `SELECT on ${name}`;
    const message = `How far ${name} has got is not shown.`;
    return [{ answer: 'unknown', message, ...about, evidence: { needs }, remedy: `Grant ${needs}.` }];
  }
  if (lastValue === undefined || (cycles && column === undefined)) return [];
  const percent = (100 * lastValue) / cap;
  if (percent < limits.warnPercent) return [];
  const evidence = { sequence: name, lastValue, cap, ...(column !== undefined && { column }) };
  const tooFar = percent >= limits.maxPercent && isTarget;
  const limit = percent >= limits.maxPercent ? limits.maxPercent : limits.warnPercent;
  const used = `${percent.toFixed(1)} % of the values that ${column ?? 'it'} can take are used`;
  return [{ ...(tooFar ? fail : warn)(`${name}: ${used}; the limit is ${limit} %.`, evidence), ...about }];
}

export const databaseObjectChecks: readonly PreflightCheck<PreflightFacts>[] = [
  invalidIndexLeft,
  constraintLeftUnvalidated,
  eventTriggerActive,
  targetUnlogged,
  sequenceNearEnd,
];
