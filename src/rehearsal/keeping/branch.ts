import { connect, type Database } from '../../postgres/connect.ts';
import { dropDatabase } from '../../postgres/drop-database.ts';
import { quoteIdentifier } from '../../postgres/identifiers.ts';
import type { EphemeralServer } from '../../server/provider.ts';
import { type DatabaseProperties, giveProperties } from './database-properties.ts';
import type { Pristine } from './kept-state.ts';

export const upkeepOf = (server: EphemeralServer): Promise<Database> =>
  connect(server.target('postgres').connectionString, { applicationName: 'pgrehearse observer upkeep' });

/** A copy that nobody may connect to. The database must have no sessions; those that are ending are waited for. */
export async function makePristine(upkeep: Database, server: EphemeralServer, database: string): Promise<Pristine> {
  const name = server.shared?.pristine ?? PRISTINE;
  await copyDatabase(upkeep, server, { from: database, to: name, options: 'allow_connections false' });
  const mark = await markOf(upkeep, name);
  if (mark === undefined) throw new Error('the pristine copy is gone');
  return { name, mark };
}

/** Of a server that nobody else uses. */
export async function dropPristine(server: EphemeralServer): Promise<void> {
  await using upkeep = await upkeepOf(server);
  await upkeep.query(`drop database if exists ${quoteIdentifier(PRISTINE)}`);
}

/** Undefined: there is no such database any more, or somebody may connect to it. */
export async function markOf(upkeep: Database, pristine: string): Promise<string | undefined> {
  const [row] = await upkeep.query<{ mark: string }>(
    `select d.xmin::text || ' ' || d.oid as mark from pg_catalog.pg_database d where d.datname = $1 and not d.datallowconn`,
    [pristine],
  );
  return row?.mark;
}

/** Puts a copy of the pristine one in the place of the database, whatever became of that. */
export async function branch(
  upkeep: Database,
  server: EphemeralServer,
  { database, pristine, properties }: { database: string; pristine: Pristine; properties: DatabaseProperties },
): Promise<void> {
  await dropDatabase(upkeep, database, () =>
    connect(server.target(database).connectionString, { applicationName: 'pgrehearse observer upkeep' }),
  );
  // Open to nobody until it has its privileges, which say who may read a copy of production.
  await copyDatabase(upkeep, server, { from: pristine.name, to: database, options: 'connection limit 0' });
  await giveProperties(upkeep, database, properties);
}

interface Copy {
  readonly from: string;
  readonly to: string;
  /** Of `CREATE DATABASE`. */
  readonly options: string;
}

async function copyDatabase(upkeep: Database, server: EphemeralServer, { from, to, options }: Copy): Promise<void> {
  const create = `create database ${quoteIdentifier(to)} template ${quoteIdentifier(from)} ${options}`;
  // Copying files asks for a checkpoint, with which others on a shared server would not be happy.
  if (server.major < 15 || server.shared) return void (await upkeep.query(create));
  const copy = `${create} strategy file_copy`;
  if (server.major >= 18 && (await cloned(upkeep, copy))) return;
  await upkeep.query(copy);
}

/** Where system or file system cannot clone, the server says so and leaves nothing. */
async function cloned(upkeep: Database, copy: string): Promise<boolean> {
  try {
    await upkeep.query('set file_copy_method = clone');
    await upkeep.query(copy);
    return true;
  } catch {
    return false;
  } finally {
    await upkeep.query('reset file_copy_method').catch(() => {});
  }
}

const PRISTINE = 'pgrehearse_pristine';
