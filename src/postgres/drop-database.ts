import type { Database } from './connect.ts';
import { quoteIdentifier, quoteLiteral } from './identifiers.ts';

/**
 * Drops a database if it is there, whatever a migration made of it: a template, one with sessions, one with transactions
 * that were left prepared.
 *
 * @param session in another database
 * @param enter a session inside, which only a prepared transaction needs
 */
export async function dropDatabase(session: Database, database: string, enter: () => Promise<Database>): Promise<void> {
  const name = quoteIdentifier(database);
  const [found] = await session.query<Found>(STATE, [database]);
  if (!found) return;
  const { isTemplate, mayConnect, prepared } = found;
  if (isTemplate) await session.query(`alter database ${name} is_template false`);
  if (prepared.length > 0) {
    if (!mayConnect) await session.query(`alter database ${name} allow_connections true`);
    // It holds the database, and can be ended only from within.
    await using inside = await enter();
    for (const gid of prepared) await inside.query(`rollback prepared ${quoteLiteral(gid)}`);
  }
  await session.query(`drop database if exists ${name} with (force)`);
}

interface Found {
  readonly isTemplate: boolean;
  readonly mayConnect: boolean;
  readonly prepared: readonly string[];
}

const STATE = `
  select d.datistemplate as "isTemplate", d.datallowconn as "mayConnect",
    array(select p.gid from pg_catalog.pg_prepared_xacts p where p.database = d.datname) as prepared
  from pg_catalog.pg_database d where d.datname = $1`;
