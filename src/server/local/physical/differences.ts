import type { Database } from '../../../postgres/connect.ts';
import { counted } from '../../../support/amounts.ts';

/** Extensions of the database that this server has no files for. */
export async function missingExtensions(database: Database): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(
    `select extname::text as name from pg_catalog.pg_extension
      where extname not in (select name from pg_catalog.pg_available_extensions) order by 1`,
  );
  return rows.map(({ name }) => name);
}

/** What of the order of texts is not as where the files were written, one sentence each. */
export async function collationWarnings(database: Database, major: number): Promise<readonly string[]> {
  const warnings: string[] = [];
  if (major >= 15) {
    const [whole] = await database.query<{ noted: string; actual: string }>(
      `select datcollversion as noted, coalesce(pg_catalog.pg_database_collation_actual_version(oid), 'none') as actual
         from pg_catalog.pg_database where datname = pg_catalog.current_database()
          and datcollversion <> coalesce(pg_catalog.pg_database_collation_actual_version(oid), '')`,
    );
    if (whole)
      warnings.push(
        `The database was sorted by version ${whole.noted} of its collation, and this machine has ${whole.actual}: ${WRONG}`,
      );
  } else if (await dependsOnMachine(database)) {
    warnings.push(
      `PostgreSQL ${major} does not note by which version of its collation a database was sorted. On a machine with another: ${WRONG}`,
    );
  }
  const used = await database.query<{ name: string }>(USED_WITH_OTHER_VERSION);
  if (used.length > 0) {
    const names = used.map(({ name }) => name).join(', ');
    warnings.push(
      `${counted(used.length, 'collation')} of columns or indexes (${names}) had another version where the files were written: ${WRONG}`,
    );
  }
  return warnings;
}

const WRONG =
  'indexes on text may be in another order than searches expect, so rows may not be found and duplicates get through.';

async function dependsOnMachine(database: Database): Promise<boolean> {
  const [row] = await database.query(
    `select from pg_catalog.pg_database where datname = pg_catalog.current_database()
      and datcollate not in ('C', 'POSIX')`,
  );
  return row !== undefined;
}

const USED_WITH_OTHER_VERSION = `
  select c.collname::text as name from pg_catalog.pg_collation c
   where c.collversion is not null and c.collversion is distinct from pg_catalog.pg_collation_actual_version(c.oid)
     and (exists (select from pg_catalog.pg_attribute a where a.attcollation = c.oid)
       or exists (select from pg_catalog.pg_index i where c.oid = any (i.indcollation)))
   order by 1`;
