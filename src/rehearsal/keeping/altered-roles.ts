import type { Database } from '../../postgres/connect.ts';
import { quoteIdentifier, quoteLiteral } from '../../postgres/identifiers.ts';
import type { AlteredRole } from './kept-state.ts';

/** A role as it is before it is made a superuser for a migration tool. */
export async function readRole(upkeep: Database, role: string): Promise<AlteredRole> {
  const [row] = await upkeep.query<AlteredRole>(
    `select rolname as role, rolsuper as "isSuperuser", rolcanlogin as "mayLogin", rolpassword as verifier,
         rolvaliduntil::text as "validUntil"
       from pg_catalog.pg_authid where rolname = $1`,
    [role],
  );
  if (!row) throw new Error(`there is no role ${role}`);
  return row;
}

export async function restoreRole(upkeep: Database, before: AlteredRole): Promise<void> {
  const { role, isSuperuser, mayLogin, verifier, validUntil } = before;
  const rights = `${isSuperuser ? '' : 'no'}superuser ${mayLogin ? '' : 'no'}login`;
  const password = verifier === null ? 'null' : quoteLiteral(verifier);
  await upkeep.query(`alter role ${quoteIdentifier(role)} ${rights} password ${password}`);
  // No statement takes an end away.
  await upkeep.query(
    `update pg_catalog.pg_authid set rolvaliduntil = $2::timestamptz
      where rolname = $1 and rolvaliduntil is distinct from $2::timestamptz`,
    [role, validUntil],
  );
}
