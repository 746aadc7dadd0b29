import { connect } from '../../../postgres/connect.ts';
import { PgrehearseError } from '../../../support/errors.ts';
import type { DatabaseTarget } from '../../provider.ts';
import { UPKEEP } from './upkeep-account.ts';

type TargetOf = (database: string) => DatabaseTarget;

/**
 * The database to rehearse in: the one that is wanted, else the only one that holds anything.
 *
 * @throws {PgrehearseError} `CONFIG_INVALID` with a list of those that may be meant
 */
export async function chooseDatabase(target: TargetOf, wanted: string | undefined): Promise<string> {
  const names = await databaseNames(target);
  if (wanted !== undefined) {
    if (names.includes(wanted)) return wanted;
    throw unclear(`The base backup has no database ${quoted(wanted)} that one may connect to`, names);
  }
  const filled: string[] = [];
  for (const name of names) if (await holdsAnything(target(name))) filled.push(name);
  const [only, ...others] = filled.length > 0 ? filled : names.filter((name) => name !== 'postgres');
  if (only === undefined) throw unclear('The base backup has no database with contents', names);
  if (others.length === 0) return only;
  throw unclear('The base backup holds several databases with contents', filled);
}

async function databaseNames(target: TargetOf): Promise<readonly string[]> {
  await using upkeep = await connect(target(UPKEEP).connectionString, OURS);
  const rows = await upkeep.query<{ name: string }>(
    `select datname::text as name from pg_catalog.pg_database
      where datallowconn and not datistemplate and datconnlimit <> -2 and datname <> $1 order by 1`,
    [UPKEEP],
  );
  return rows.map(({ name }) => name);
}

async function holdsAnything(target: DatabaseTarget): Promise<boolean> {
  try {
    await using database = await connect(target.connectionString, OURS);
    const [row] = await database.query<{ filled: boolean }>(HOLDS_ANYTHING);
    return row?.filled === true;
  } catch {
    // One that cannot be looked into may be the one that is meant; if it is chosen, the reason comes up.
    return true;
  }
}

const ofUser = (catalogue: string, namespace: string): string => `exists (
  select from pg_catalog.${catalogue} o join pg_catalog.pg_namespace n on n.oid = o.${namespace}
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and not exists (select from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.${catalogue}'::pg_catalog.regclass and d.objid = o.oid and d.deptype = 'e'))`;

const HOLDS_ANYTHING = `select ${ofUser('pg_class', 'relnamespace')} or ${ofUser('pg_proc', 'pronamespace')}
  or ${ofUser('pg_type', 'typnamespace')} or exists (select from pg_catalog.pg_largeobject_metadata)
  or exists (select from pg_catalog.pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'public'))
  as filled`;

const unclear = (what: string, names: readonly string[]): PgrehearseError =>
  new PgrehearseError('CONFIG_INVALID', `${what}: ${names.map(quoted).join(', ') || 'none'}.`, {
    hint: 'Name one with `backup.database`.',
    details: { databases: names },
  });

const quoted = (name: string): string => JSON.stringify(name);

const OURS = { applicationName: 'pgrehearse upkeep' };
