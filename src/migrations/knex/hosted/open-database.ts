import { setTimeout } from 'node:timers/promises';

import type { HostConnection, OpenedDatabase } from '../messages.ts';
import { clearLock } from './clear-lock.ts';
import type { KnexLike } from './knex-like.ts';
import { queryDirectly } from './query-directly.ts';
import { LENIENT } from './run-migration.ts';

/** Connects, and clears away what a killed predecessor or the backup itself left in the way. */
export async function openDatabase(knex: KnexLike, connection: HostConnection): Promise<OpenedDatabase> {
  await endPredecessors(knex, connection);
  await knex.migrate.list(LENIENT);
  return { lockCleared: await clearLock(knex) };
}

/** A server notices late that its client is gone; until then the dead session holds its locks. */
async function endPredecessors(knex: KnexLike, { applicationName, applicationFamily }: HostConnection): Promise<void> {
  const sql =
    'select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity' +
    ' where pg_catalog.starts_with(application_name, $1) and application_name <> $2';
  while ((await queryDirectly(knex, sql, [applicationFamily, applicationName])) > 0) await setTimeout(POLL_MS);
}

const POLL_MS = 20;
