import { quoteIdentifier } from '../../../postgres/identifiers.ts';
import type { KnexLike } from './knex-like.ts';
import { queryDirectly } from './query-directly.ts';

/** Nobody else migrates this server, so a lock that is still held was left behind. Returns whether there was one. */
export async function clearLock(knex: KnexLike): Promise<boolean> {
  const { tableName, schemaName } = knex.migrate.config;
  const schema = typeof schemaName === 'string' ? `${quoteIdentifier(schemaName)}.` : '';
  const lock = `${schema}${quoteIdentifier(`${String(tableName)}_lock`)}`;
  const freed = await queryDirectly(knex, `update ${lock} set is_locked = 0 where is_locked <> 0 returning 1`);
  return freed > 0;
}
