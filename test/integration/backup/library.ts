import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

import { openBackup } from '../../../src/backup/index.ts';
import type { OpenBackupOptions } from '../../../src/backup/open-backup.ts';
import type { RestoreResult } from '../../../src/backup/backup.ts';
import { connect } from '../../../src/postgres/connect.ts';
import type { DatabaseTarget, EphemeralServer } from '../../../src/server/provider.ts';
import { quoteIdentifier } from '../../../src/postgres/identifiers.ts';
import { createDatabase } from '../../helpers/servers.ts';

const FOLDER = fileURLToPath(new URL('../../../fixtures/backups', import.meta.url));

/** Path of one of the backups of `fixtures/backups`. */
export const fixture = (name: string): string => join(FOLDER, name);

/** As `md5(string_agg(t::text, '|' order by id))` was on the server that the fixtures were dumped from. */
const BOOKS_MD5 = 'ae6a5ef04e557c92510e2b68902abaf1';
const LOANS_MD5 = '2725be23ef3172d66ce761eabcab507d';

let count = 0;

export interface Restored extends AsyncDisposable {
  readonly target: DatabaseTarget;
  readonly result: RestoreResult;
  readonly warnings: readonly string[];
}

/** A new database with a backup in it; the database and the shimmed roles are gone after `dispose`. */
export async function restored(
  server: EphemeralServer,
  path: string,
  signal: AbortSignal = new AbortController().signal,
  options: OpenBackupOptions = {},
): Promise<Restored> {
  count += 1;
  const target = await createDatabase(server, `restored ${count}`);
  const remove = () => removeDatabase(server, target.database);
  const warnings: string[] = [];
  try {
    const backup = await openBackup(path, { onWarning: (message) => warnings.push(message), ...options }, signal);
    const result = await backup.restore(target, () => {}, signal);
    return { target, result, warnings, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Roles are cluster-wide: the next restore shall find none of ours. */
async function removeDatabase(server: EphemeralServer, database: string): Promise<void> {
  await using upkeep = await connect(server.target('postgres').connectionString, { applicationName: 'test' });
  await upkeep.script(`drop database if exists ${quoteIdentifier(database)} with (force)`);
  const roles = await upkeep.query<{ rolname: string }>(
    `select rolname from pg_catalog.pg_roles where rolname !~ '^pg_' and rolname <> current_user`,
  );
  for (const { rolname } of roles) await upkeep.script(`drop role ${quoteIdentifier(rolname)}`);
}

/** Everything about a restored library that a lossy restore would get wrong. */
export async function contents({ connectionString }: DatabaseTarget): Promise<Record<string, unknown>> {
  await using database = await connect(connectionString, { applicationName: 'test' });
  await database.script("set timezone to 'UTC'");
  const [row] = await database.query<Record<string, unknown>>(CONTENTS);
  return row ?? {};
}

const CONTENTS = `
select
  (select md5(string_agg(t::text, '|' order by id)) from public.books t) as books,
  (select md5(string_agg(t::text, '|' order by id)) from public.loans t) as loans,
  (select count(*)::int from public.loan_counts) as loan_counts,
  (select count(*)::int from public.knex_migrations) as migrations,
  (select string_agg(m::text, ' ' order by "select") from "Odd.Schema"."Mixed Case" m) as mixed,
  (select convert_from(lo_get(4711), 'UTF8')) as large_object,
  (select last_value::int from public.books_id_seq) as last_book,
  (select string_agg(c.relname || '=' || pg_get_userbyid(c.relowner), ' ' order by c.relname)
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public' and c.relname in ('books', 'loans')) as owners,
  (select string_agg(conname, ' ' order by conname) from pg_constraint
     where connamespace = 'public'::regnamespace and contype in ('p', 'u', 'f')) as constraints,
  (select string_agg(indexrelid::regclass::text, ' ' order by indexrelid::regclass::text) from pg_index
     where indrelid = 'public.loans'::regclass) as indexes,
  (select relacl::text from pg_class where oid = 'public.loans'::regclass) as loans_acl,
  (select polroles::regrole[]::text from pg_policy) as policy_roles,
  public.add_one(41) as answer,
  (select count(*) > 0 from pg_stats where schemaname = 'public') as analysed`;

export const EXPECTED = {
  books: BOOKS_MD5,
  loans: LOANS_MD5,
  loan_counts: 120,
  migrations: 3,
  mixed: '(1,x) (2,)',
  large_object: 'a large object',
  last_book: 154,
  owners: 'books=Head Librarian loans=librarian',
  constraints: 'books_isbn_key books_pkey knex_migrations_pkey loans_book_fkey loans_pkey',
  indexes: 'loans_book loans_pkey',
  loans_acl: '{librarian=arwdDxt/librarian,reader=r*/librarian}',
  policy_roles: '{reader}',
  answer: 42,
  analysed: true,
};
