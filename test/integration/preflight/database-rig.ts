import type { PreflightCheck, Said } from '../../../src/preflight/check.ts';
import { databaseIdentityChecks } from '../../../src/preflight/checks/database-identity.ts';
import { databaseLimitChecks } from '../../../src/preflight/checks/database-limits.ts';
import { databaseLockChecks } from '../../../src/preflight/checks/database-locks.ts';
import { databaseObjectChecks } from '../../../src/preflight/checks/database-objects.ts';
import { databaseReplicationChecks } from '../../../src/preflight/checks/database-replication.ts';
import { databaseTargetChecks } from '../../../src/preflight/checks/database-targets.ts';
import { databaseTransactionChecks } from '../../../src/preflight/checks/database-transactions.ts';
import { databaseUpkeepChecks } from '../../../src/preflight/checks/database-upkeep.ts';
import { gatherDatabase } from '../../../src/preflight/database/gather-database.ts';
import type { RehearsalPredicate } from '../../../src/preflight/facts/certificate.ts';
import type { DatabaseFacts } from '../../../src/preflight/facts/database.ts';
import type { PreflightFacts } from '../../../src/preflight/facts/index.ts';
import { connect, type Database } from '../../../src/postgres/connect.ts';
import type { DatabaseTarget } from '../../../src/postgres/database-target.ts';
import { parseProductionUrl, type ProductionTarget } from '../../../src/postgres/production-target.ts';
import { somePredicate, somePreflight, someTouchedTable } from '../../helpers/database-facts.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';

const DATABASE_CHECKS: readonly PreflightCheck<PreflightFacts>[] = [
  ...databaseIdentityChecks,
  ...databaseTransactionChecks,
  ...databaseLockChecks,
  ...databaseObjectChecks,
  ...databaseReplicationChecks,
  ...databaseTargetChecks,
  ...databaseLimitChecks,
  ...databaseUpkeepChecks,
];

/** `watcher` may see what others do, `blind` may only connect; neither is a superuser. */
type Eyes = 'watcher' | 'blind';

interface Asking {
  readonly as?: Eyes;
  readonly limits?: Readonly<Record<string, object>>;
  readonly predicate?: Partial<RehearsalPredicate>;
  readonly policy?: Partial<PreflightFacts['policy']>;
  readonly role?: string;
}

/** A server with a small shop, whose migrations are about to change `public.users`. */
export interface Rig extends AsyncDisposable {
  readonly major: number;
  /** A superuser's session, outside of any transaction. */
  readonly root: Database;
  readonly target: DatabaseTarget;
  readonly production: (as: Eyes) => ProductionTarget;
  /** A session of somebody else's. */
  readonly session: (applicationName?: string) => Promise<Database>;
  readonly gather: (asking?: Asking) => Promise<DatabaseFacts>;
  /** Answers that are neither pass nor skipped, by id; the worst where there are several. */
  readonly said: (asking?: Asking) => Promise<Record<string, string>>;
}

export async function startRig(major: number, settings: Readonly<Record<string, string>> = {}): Promise<Rig> {
  const server = await startTestServer(major, { ...SETTINGS, ...settings });
  const target = await createDatabase(server, 'shop');
  const session = (applicationName = 'shop') => connect(target.connectionString, { applicationName });
  {
    // In a session that ends: only then is what it did counted.
    await using founder = await session('founder');
    await founder.script(SHOP);
  }
  const root = await session('root');
  // A hazard that was not undone must not stop the rest.
  await root.script("set lock_timeout = '10s'");
  const production = (as: Eyes) => parseProductionUrl(urlOf(target, as, 'secret'));
  const gather = ({ as = 'watcher', role = 'migrator' }: Asking = {}) =>
    gatherDatabase(production(as), { tables: ['public.users'], migrationRole: role }, new AbortController().signal);
  return {
    major,
    root,
    target,
    production,
    session,
    gather,
    said: async (asking = {}) => {
      const predicate = somePredicate({
        server: { ...somePredicate().server, major, version: server.version },
        tables: [someTouchedTable({ rowsBefore: 2_000 })],
        ...asking.predicate,
      });
      return judged(somePreflight(await gather(asking), predicate, asking.policy), asking.limits);
    },
    [Symbol.asyncDispose]: async () => {
      await root[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

export function urlOf(target: DatabaseTarget, user: string, password: string): string {
  const url = new URL(target.connectionString);
  url.username = user;
  url.password = password;
  return url.href;
}

function judged(facts: PreflightFacts, limits: Asking['limits'] = {}): Record<string, string> {
  const answers = DATABASE_CHECKS.map((check): [string, string] => {
    const said: Said[] = [...check.ask(facts, { ...check.limits, ...limits[check.id] })];
    const worst = ['fail', 'unknown', 'warn', 'pass', 'skipped'].find((kind) =>
      said.some((one) => one.answer === kind),
    );
    return [check.id, worst ?? 'nothing'];
  });
  return Object.fromEntries(answers.filter(([, answer]) => answer !== 'pass' && answer !== 'skipped'));
}

const SETTINGS = {
  archive_command: 'true',
  archive_mode: 'on',
  max_connections: '20',
  max_slot_wal_keep_size: '-1',
  wal_level: 'logical',
};

const SHOP = `
  create role watcher login password 'secret';
  grant pg_monitor, pg_read_all_data to watcher;
  create role blind login password 'secret';
  create role migrator login password 'secret';
  alter role migrator set lock_timeout = '5s';
  grant create on schema public to migrator;
  create table users (id serial primary key, email text, country int not null default 1);
  create table orders (id bigserial primary key, total int);
  insert into users (email) select 'user' || n from generate_series(1, 2000) n;
  alter table users owner to migrator;
  alter table orders owner to migrator;`;

/** Resolves once the condition holds; rejects after the time. */
export async function until(holds: () => Promise<boolean>, what: string, timeoutMs = 20_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
