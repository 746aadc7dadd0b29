import { connect, type Database } from '../../postgres/connect.ts';
import { quoteIdentifier } from '../../postgres/identifiers.ts';
import { answerWithin } from '../../support/answer-within.ts';
import { isPgrehearseError } from '../../support/errors.ts';
import { type Prerequisite, prerequisiteFrom } from '../../support/prerequisite.ts';
import type { ServerSpec } from '../provider.ts';
import { type Account, targetOf } from '../account-target.ts';
import { readAccount } from './account.ts';
import { assertUsable, inspectServer, type ServerFacts } from './inspect-server.ts';
import { refuseProductionHost, refuseProductionIdentifier } from '../refuse-production.ts';

/** What a server of others has to be, and what our role may do there. Reads only. */
export async function examineExternal(
  { external, postgresVersion }: ServerSpec,
  signal: AbortSignal,
): Promise<readonly Prerequisite[]> {
  if (!external) return [{ name: 'server.url', state: 'missing', detail: 'not set', mend: HOW_TO_SET }];
  const { url, production } = external;
  let asked = 'server.url';
  try {
    const account = await readAccount(url);
    asked = 'not production';
    await answerWithin(PATIENCE_MS, signal, () => refuseProductionHost(account, production));
    asked = 'server';
    return await answerWithin(PATIENCE_MS, signal, (limited) =>
      interview(account, { production, wanted: postgresVersion }, limited),
    );
  } catch (error) {
    signal.throwIfAborted();
    return [prerequisiteFrom(asked, error, isPgrehearseError(error) ? undefined : HOW_TO_REACH)];
  }
}

const HOW_TO_SET = 'server: { provider: external, url: "${REHEARSAL_SERVER_URL}" } in the config';
const HOW_TO_REACH = 'Check address, port, network, user, password and sslmode of server.url';

/** For each question; a host that drops packets would let us wait for minutes. */
const PATIENCE_MS = 5_000;

interface Wishes {
  readonly production: readonly string[];
  readonly wanted: number | undefined;
}

async function interview(
  account: Account,
  { production, wanted }: Wishes,
  signal: AbortSignal,
): Promise<readonly Prerequisite[]> {
  const { connectionString } = targetOf(account, account.database);
  await using session = await connect(connectionString, {
    applicationName: 'pgrehearse doctor',
    timeoutMs: PATIENCE_MS,
  });
  signal.throwIfAborted();
  const facts = await inspectServer(session);
  return [
    serverLine(facts, account, wanted),
    productionLine(facts, production),
    rightLine(facts, account),
    ...(await comfortLines(session, facts, account)),
    await tlsLine(session, account),
  ];
}

function serverLine(facts: ServerFacts, { host, port, user }: Account, wanted: number | undefined): Prerequisite {
  const name = `PostgreSQL ${facts.major}`;
  const where = `${facts.version} at ${host}:${port}`;
  try {
    assertUsable({ ...facts, mayCreateDatabases: true }, user);
  } catch (error) {
    return prerequisiteFrom(name, error);
  }
  if (wanted === undefined || wanted === facts.major) return { name, state: 'found', detail: where };
  return {
    name,
    state: 'missing',
    detail: `${where}, and ${wanted} is wanted: server-major-differs will warn`,
    mend: `Name a server of PostgreSQL ${wanted} in server.url`,
    optional: true,
  };
}

function productionLine({ systemIdentifier }: ServerFacts, production: readonly string[]): Prerequisite {
  const name = 'not production';
  try {
    refuseProductionIdentifier(systemIdentifier, production);
  } catch (error) {
    return prerequisiteFrom(name, error);
  }
  if (production.length > 0) return { name, state: 'found', detail: 'neither by host nor by system identifier' };
  return {
    name,
    state: 'unknown',
    detail: 'nothing in server.production says what production is',
    mend: 'server: { production: [its host, "its system identifier"] }; psql has it: select system_identifier from pg_control_system()',
    optional: true,
  };
}

function rightLine(facts: ServerFacts, { user }: Account): Prerequisite {
  const name = 'CREATEDB';
  if (facts.mayCreateDatabases) return { name, state: 'found', detail: `the role ${user} may create databases` };
  return {
    name,
    state: 'missing',
    detail: `the role ${user} may not create databases`,
    mend: `alter role ${quoteIdentifier(user)} createdb createrole; -- by an administrator`,
  };
}

/** Rights without which a rehearsal works, and tells less. */
async function comfortLines(
  session: Database,
  { isSuperuser }: ServerFacts,
  { user }: Account,
): Promise<readonly Prerequisite[]> {
  if (isSuperuser) return [{ name: 'superuser', state: 'found', detail: `the role ${user} is one` }];
  const [row] = await session.query<{ may: boolean }>(
    'select rolcreaterole as may from pg_catalog.pg_roles where rolname = current_user',
  );
  return [
    row?.may === true
      ? { name: 'CREATEROLE', state: 'found', detail: `the role ${user} may create roles` }
      : {
          name: 'CREATEROLE',
          state: 'missing',
          detail: 'a backup that names roles which the server lacks cannot be restored',
          mend: `alter role ${quoteIdentifier(user)} createrole; -- by an administrator`,
          optional: true,
        },
    {
      name: 'superuser',
      state: 'missing',
      detail: `every restored object will belong to ${user}, and contents are read in full after each step`,
      optional: true,
    },
  ];
}

async function tlsLine(session: Database, { tls }: Account): Promise<Prerequisite> {
  const name = 'TLS';
  const [row] = await session.query<{ ssl: boolean; version: string | null }>(
    'select ssl, version from pg_catalog.pg_stat_ssl where pid = pg_catalog.pg_backend_pid()',
  );
  if (row?.ssl === true) return { name, state: 'found', detail: `${row.version ?? 'on'}, sslmode ${tls}` };
  const mend = 'Add ?sslmode=verify-full to server.url, unless the server is on this machine';
  return { name, state: 'missing', detail: 'the connection is not encrypted', mend, optional: true };
}
