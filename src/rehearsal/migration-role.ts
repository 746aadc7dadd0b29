import { randomBytes } from 'node:crypto';
import type { BookkeepingTable } from '../migrations/source.ts';
import type { StartStates } from './keeping/start-state.ts';
import { connect, type Database } from '../postgres/connect.ts';
import { quoteIdentifier, quoteLiteral } from '../postgres/identifiers.ts';
import type { DatabaseTarget, EphemeralServer } from '../server/provider.ts';
import { toError } from '../support/errors.ts';
import { redact } from '../support/redact.ts';

/**
 * How the migration tool connects: as the role that runs migrations in production, so that what a migration creates has
 * that owner and gets that role's default privileges. It is the owner of the tool's bookkeeping table, else of most
 * tables. On a server of ours the role is made a superuser, since nothing is known of what it was allowed to do there; where
 * we are none ourselves, it has the rights that it has in production. On a server that others use no role is changed, and the
 * tool connects as we do.
 *
 * @returns with what is different from production in words, where the role cannot be had
 */
export async function migrationTarget(
  { server, database }: { readonly server: EphemeralServer; readonly database: string },
  bookkeeping: readonly BookkeepingTable[],
  starts?: StartStates,
): Promise<{ readonly target: DatabaseTarget; readonly limit?: string }> {
  const own = server.target(database);
  if (server.shared) return { target: own };
  await using upkeep = await connect(own.connectionString, { applicationName: 'pgrehearse observer role' });
  const role = (await ownerOfBooks(upkeep, bookkeeping)) ?? (await ownerOfMost(upkeep));
  if (role === undefined || role === own.user) return { target: own };
  const password = randomBytes(18).toString('base64url');
  const connectionString = withUser(own.connectionString, role, password);
  const target = { ...own, user: role, password, connectionString };
  const access = `${quoteIdentifier(role)} login password ${quoteLiteral(password)}`;
  if (await isSuperuser(upkeep)) {
    await starts?.rememberRole(upkeep, role);
    // A role that came as it was in production may have a password that has expired there.
    const unexpired = server.contents ? " valid until 'infinity'" : '';
    await upkeep.query(`alter role ${access} superuser${unexpired}`);
    return { target };
  }
  try {
    await upkeep.query(`alter role ${access}`);
    // Its password may not count, as with IAM authentication, or its limit of connections be used up.
    await using trial = await connect(connectionString, { applicationName: 'pgrehearse observer role' });
    await trial.query('select 1');
    return { target };
  } catch (error) {
    const why = redact(toError(error).message).replaceAll(password, '***');
    return { target: own, limit: `migrations run as ${own.user} and not as ${role}, their owner's role: ${why}` };
  }
}

async function isSuperuser(upkeep: Database): Promise<boolean> {
  const [me] = await upkeep.query<{ superuser: boolean }>(
    'select rolsuper as superuser from pg_catalog.pg_roles where rolname = current_user',
  );
  return me?.superuser === true;
}

async function ownerOfBooks(upkeep: Database, bookkeeping: readonly BookkeepingTable[]): Promise<string | undefined> {
  for (const { schema, name } of bookkeeping) {
    const [row] = await upkeep.query<{ owner: string }>(
      `select pg_catalog.pg_get_userbyid(c.relowner) as owner
         from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where c.relname = $1 and c.relkind in ('r', 'p') and ($2::text is null or n.nspname = $2)
        order by n.nspname limit 1`,
      [name, schema ?? null],
    );
    if (row) return row.owner;
  }
  return undefined;
}

async function ownerOfMost(upkeep: Database): Promise<string | undefined> {
  const [row] = await upkeep.query<{ owner: string }>(
    `select pg_catalog.pg_get_userbyid(c.relowner) as owner
       from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      group by c.relowner order by pg_catalog.count(*) desc, 1 limit 1`,
  );
  return row?.owner;
}

function withUser(connectionString: string, user: string, password: string): string {
  const url = new URL(connectionString);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password);
  return url.href;
}
