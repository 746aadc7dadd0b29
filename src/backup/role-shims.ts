import { quoteIdentifier } from '../postgres/identifiers.ts';
import type { Database } from '../postgres/connect.ts';
import { INSUFFICIENT_PRIVILEGE, sqlStateOf } from '../postgres/sqlstate.ts';
import { PgrehearseError } from '../support/errors.ts';

/** Stands in for roles that a backup refers to and that this server does not have. */
export interface RoleShims {
  /** Creates those that are missing, without login and without any right of their own. */
  ensure(roles: readonly string[]): Promise<void>;
  /** The roles changed by other means; ask the server again. */
  forget(): void;
  created(): readonly string[];
  /** All that were asked for, there or not. */
  named(): readonly string[];
}

/** @param isShared others use the server: roles carry a marker, by which they are removed when no rehearsal needs them */
export function roleShims(upkeep: Database, isShared = false): RoleShims {
  const created = new Set<string>();
  const named = new Set<string>();
  let known: Set<string> | undefined;
  return {
    ensure: async (roles) => {
      if (roles.length === 0) return;
      for (const role of roles) named.add(role);
      known ??= new Set((await upkeep.query<{ rolname: string }>(ROLES)).map(({ rolname }) => rolname));
      for (const role of roles) {
        // The server keeps `pg_` for itself; a predefined role of another major cannot be made.
        if (known.has(role) || role.startsWith('pg_') || role === '') continue;
        if (isShared) await createMarked(upkeep, role);
        else await upkeep.script(`create role ${quoteIdentifier(role)} nologin`);
        known.add(role);
        created.add(role);
      }
    },
    forget: () => {
      known = undefined;
    },
    created: () => [...created].toSorted(),
    named: () => [...named].toSorted(),
  };
}

const ROLES = 'select rolname from pg_catalog.pg_roles';

/** Who is no superuser must be a member in order to give objects to it. One script is one transaction: no role without a marker. */
async function createMarked(upkeep: Database, role: string): Promise<void> {
  const name = quoteIdentifier(role);
  const [me] = await upkeep.query<{ superuser: boolean }>(
    'select rolsuper as superuser from pg_catalog.pg_roles where rolname = current_user',
  );
  const join = me?.superuser === true ? '' : `; grant ${name} to current_user`;
  try {
    await upkeep.script(`create role ${name} nologin; comment on role ${name} is '${MARKER}'${join}`);
  } catch (cause) {
    const sqlState = sqlStateOf(cause);
    // Another rehearsal was faster.
    if (sqlState === '42710' || sqlState === '23505') return;
    if (sqlState !== INSUFFICIENT_PRIVILEGE) throw cause;
    throw new PgrehearseError(
      'SERVER_RIGHTS_MISSING',
      `The backup names the role ${role}, which the server lacks, and the role of server.url may not create roles.`,
      {
        cause,
        hint: `Let an administrator run \`create role ${name} nologin\`, or give the role of server.url CREATEROLE.`,
      },
    );
  }
}

/** Its beginning is looked for by the external server and by the schema observer. */
const MARKER = 'pgrehearse shim; removed when no rehearsal needs it';
