import { connect, type Database } from './connect.ts';
import type { DatabaseTarget } from './database-target.ts';
import { quoteIdentifier } from './identifiers.ts';

/** For a superuser: of the whole server, unless something is added to it. */
export const CUT_SUBSCRIPTIONS = `update pg_catalog.pg_subscription set subenabled = false, subslotname = null, subconninfo = 'host=pgrehearse.invalid'`;

export interface LeadingOut {
  readonly name: string;
  readonly database: string;
}

/**
 * Keeps subscriptions from the server that they were made for: a worker would take there what the original is to get, and
 * dropping one would remove its slot.
 *
 * @param only the database that is ours. Absent: all of them are
 * @returns those that led out
 * @throws the error of a server that does not let us
 */
export async function cutSubscriptions(
  target: (database: string) => DatabaseTarget,
  database: string,
  only?: string,
): Promise<readonly LeadingOut[]> {
  await using session = await sessionIn(target(database));
  const found = await session.query<LeadingOut>(
    `select s.subname::text as name, d.datname::text as database
       from pg_catalog.pg_subscription s join pg_catalog.pg_database d on d.oid = s.subdbid
      where (s.subenabled or s.subslotname is not null) and ($1::text is null or d.datname = $1) order by 2, 1`,
    [only ?? null],
  );
  if (found.length === 0) return found;
  const [me] = await session.query<{ isSuperuser: boolean }>(
    'select rolsuper as "isSuperuser" from pg_catalog.pg_roles where rolname = current_user',
  );
  if (me?.isSuperuser === true) {
    await session.query(
      `${CUT_SUBSCRIPTIONS} where $1::text is null
        or subdbid = (select d.oid from pg_catalog.pg_database d where d.datname = $1)`,
      [only ?? null],
    );
  } else for (const one of found) await cutAsOwner(target, one);
  return found;
}

async function cutAsOwner(target: (database: string) => DatabaseTarget, { name, database }: LeadingOut): Promise<void> {
  await using session = await sessionIn(target(database));
  const alter = `alter subscription ${quoteIdentifier(name)}`;
  await session.query(`${alter} disable`);
  await session.query(`${alter} set (slot_name = none)`);
  // Without a slot nothing is asked of that server any more, but for a copy of a table that had only begun.
  await session.query(`${alter} connection 'host=pgrehearse.invalid password=none'`).catch(() => {});
}

const sessionIn = ({ connectionString }: DatabaseTarget): Promise<Database> =>
  connect(connectionString, { applicationName: 'pgrehearse observer upkeep' });
