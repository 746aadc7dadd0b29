import { connect, type Database } from '../../postgres/connect.ts';
import { dropDatabase } from '../../postgres/drop-database.ts';
import { quoteIdentifier } from '../../postgres/identifiers.ts';
import { toError } from '../../support/errors.ts';
import { type Account, targetOf } from '../account-target.ts';
import type { Swept } from '../provider.ts';
import { databasesOf, keptMarkerOf, lockKeyOf, markerOf, runIdIn } from './run-id.ts';
import { alone, livingRuns } from './run-locks.ts';

/** What a session of ours may work on. */
export interface Keeper {
  readonly session: Database;
  readonly account: Account;
}

/** Removes the databases of a run, and roles that no living run needs. */
export async function removeRun(keeper: Keeper, runId: string): Promise<void> {
  for (const database of databasesOf(runId)) await drop(keeper, database);
  await alone(keeper.session, () => dropUnneededShims(keeper.session, lockKeyOf(runId)));
}

/** Removes what runs left that were killed. Whatever resists is left to the next start. Call it alone. */
export async function sweepDeadRuns(keeper: Keeper, own: number): Promise<readonly Swept[]> {
  const swept: Swept[] = [];
  const living = await livingRuns(keeper.session);
  const candidates = await keeper.session.query<{ name: string; comment: string | null }>(
    `select d.datname as name, pg_catalog.shobj_description(d.oid, 'pg_database') as comment
       from pg_catalog.pg_database d
      where d.datname like 'pgrehearse\\_%' and pg_catalog.pg_has_role(d.datdba, 'MEMBER') order by 1`,
  );
  for (const { name, comment } of candidates) {
    const runId = runIdIn(name);
    if (runId === undefined || living.has(lockKeyOf(runId))) continue;
    // Without a comment: its maker died before it could write one. With another: somebody took it over.
    if (comment !== null && comment !== markerOf(runId)) continue;
    swept.push(
      await drop(keeper, name).then(
        () => ({ what: `database ${name}`, removed: true }),
        (error: unknown) => ({ what: `database ${name}`, removed: false, reason: toError(error).message }),
      ),
    );
  }
  await dropUnneededShims(keeper.session, own);
  return swept;
}

/** Also one in which a dead run's `pg_restore` or a migration left a session. */
const drop = ({ session, account }: Keeper, name: string): Promise<void> =>
  dropDatabase(session, name, () =>
    connect(targetOf(account, name).connectionString, { applicationName: 'pgrehearse upkeep' }),
  );

/** One that something still depends on stays: in use by a person, it is no shim any more. */
async function dropUnneededShims(session: Database, own: number): Promise<void> {
  const living = await livingRuns(session);
  if ([...living].some((key) => key !== own) || (await isAnyKept(session))) return;
  const shims = await session.query<{ name: string }>(
    `select rolname as name from pg_catalog.pg_roles
      where pg_catalog.shobj_description(oid, 'pg_authid') like 'pgrehearse shim;%'`,
  );
  for (const { name } of shims) await session.query(`drop role if exists ${quoteIdentifier(name)}`).catch(() => {});
}

/** Rehearsals will go on in what is kept, whoever kept it. */
async function isAnyKept(session: Database): Promise<boolean> {
  const kept = await session.query(
    `select from pg_catalog.pg_database where pg_catalog.shobj_description(oid, 'pg_database') like $1 limit 1`,
    [`${keptMarkerOf('').split(';')[0]}%`],
  );
  return kept.length > 0;
}
