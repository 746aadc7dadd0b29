import { quoteIdentifier } from '../postgres/identifiers.ts';
import type { Database } from '../postgres/connect.ts';

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

export function roleShims(upkeep: Database): RoleShims {
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
        await upkeep.script(`create role ${quoteIdentifier(role)} nologin`);
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
