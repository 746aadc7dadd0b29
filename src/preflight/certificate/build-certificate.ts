import type { Verdict } from '../../findings/verdict.ts';
import type { Recording, StepRecord } from '../../recording/recording.ts';
import type { SchemaSnapshot } from '../../recording/schema-snapshot.ts';
import type { RehearsalPredicate } from '../facts/certificate.ts';
import { digestOf, leftOutOf } from './schema-digest.ts';
import { schemaStates, type SchemaStates } from './states.ts';
import { touchedTables } from './touched-tables.ts';

/** Pure: what a rehearsal showed, in the form that a pre-flight compares production with. */
export function buildCertificate(recording: Recording, verdict: Verdict): RehearsalPredicate {
  const states = schemaStates(recording);
  const schema = states && schemaOf(recording, states);
  const resources = resourcesOf(recording);
  return {
    format: 1,
    tool: recording.tool,
    rehearsedAt: recording.startedAt,
    durationMs: recording.durationMs,
    interrupted: recording.interrupted === true,
    verdict: verdictOf(verdict),
    server: { ...recording.server, settings: settingsOf(recording) },
    extensions: { before: extensionsOf(states?.before), after: extensionsOf(states?.after) },
    backup: backupOf(recording),
    migrations: migrationsOf(recording),
    ...(schema && { schema }),
    tables: touchedTables(recording, states),
    timings: timingsOf(recording),
    invariants: (recording.start.invariants ?? []).map(({ name, expect }) => ({ name, expect })),
    ...(resources && { resources }),
  };
}

function verdictOf({ outcome, findings, notJudged, waived }: Verdict): RehearsalPredicate['verdict'] {
  return {
    outcome,
    errors: findings.filter(({ severity }) => severity === 'error').length,
    warnings: findings.filter(({ severity }) => severity === 'warning').length,
    notJudged: unique(notJudged.map(({ check }) => check)),
    waived: unique(waived.map(({ finding }) => finding.check)),
  };
}

const unique = (ids: readonly string[]): string[] => [...new Set(ids)].toSorted();

function schemaOf({ backup }: Recording, { before, after }: SchemaStates): NonNullable<RehearsalPredicate['schema']> {
  const leftOut = leftOutOf(before, backup);
  return { before: digestOf(before, leftOut), after: digestOf(after, leftOut), leftOut };
}

/** Version by name, as `pg_extension` has it. */
function extensionsOf(snapshot: SchemaSnapshot = {}): Record<string, string> {
  const extensions = Object.values(snapshot).filter(({ kind }) => kind === 'extension');
  return Object.fromEntries(extensions.map(({ name, properties }) => [unquoted(name), String(properties['version'])]));
}

const unquoted = (name: string): string => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);

/** What changes how a migration works; what makes the rehearsal's server fast and quiet is left out. */
function settingsOf({ server: { settings } }: Recording): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !NO_EFFECT.test(name)));
}

const NO_EFFECT =
  /^(?:autovacuum|checkpoint_timeout|dynamic_shared_memory_type|fsync|full_page_writes|lc_messages|log_\w+|maintenance_work_mem|max_connections|max_locks_per_transaction|max_prepared_transactions|max_wal_size|shared_buffers|synchronous_commit|wal_init_zero|wal_level)$/;

function backupOf({ backup }: Recording): RehearsalPredicate['backup'] {
  const { format, file, bytes, createdAt, serverMajor, database, tables, rows } = backup;
  return {
    format,
    ...(file !== undefined && { file }),
    ...(bytes !== undefined && { bytes }),
    ...(createdAt !== undefined && { createdAt }),
    ...(serverMajor !== undefined && { serverMajor }),
    ...(database !== undefined && { database }),
    tables,
    rows,
  };
}

function migrationsOf({ plan }: Recording): RehearsalPredicate['migrations'] {
  return {
    tool: plan.tool,
    scope: plan.scope,
    forwardOnly: plan.forwardOnly,
    rehearsed: plan.migrations
      .filter(({ rehearsed }) => rehearsed)
      .map(({ id, checksum }) => ({ id, ...(checksum !== undefined && { checksum }) })),
    applied: plan.applied.map(({ id }) => id),
  };
}

/** The last time that each step completed. */
function timingsOf({ steps }: Recording): RehearsalPredicate['timings'] {
  const newest = new Map<string, StepRecord>();
  for (const step of steps) if (step.status === 'completed') newest.set(`${step.direction} ${step.migration}`, step);
  return [...newest.values()].map(({ migration, direction, durationMs }) => ({ migration, direction, durationMs }));
}

function resourcesOf({ observed, start, steps, plan }: Recording): RehearsalPredicate['resources'] {
  if (!observed.includes('resources')) return undefined;
  const startDiskBytes = start.resources?.databaseBytes;
  const applied = new Set(plan.applied.map(({ id }) => id));
  const used = steps.flatMap(({ migration, purpose, observations: { resources } }) =>
    purpose === 'apply' && resources && !applied.has(migration) ? [resources] : [],
  );
  return {
    walBytes: used.reduce((sum, { walBytes }) => sum + walBytes, 0),
    ...(used.length > 0 && { peakDiskBytes: Math.max(...used.map(({ peakDatabaseBytes }) => peakDatabaseBytes)) }),
    ...(startDiskBytes !== undefined && { startDiskBytes }),
  };
}
