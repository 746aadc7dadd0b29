import type { ProductionDatabase } from '../../postgres/connect-production.ts';
import type { ProductionTarget } from '../../postgres/production-target.ts';
import type { ClockFacts, ConnectionFacts, IdentityFacts } from '../facts/database.ts';
import { isKnown, known, unknown, type Reading } from '../reading.ts';
import { iso, mapKnown, type Interview } from './interview.ts';

export async function askIdentity(interview: Interview): Promise<Reading<IdentityFacts>> {
  const identity = await interview.row<IdentityFacts>({
    about: 'the identity of the server',
    sql: `SELECT current_database() AS database, current_user::text AS "user",
        current_setting('server_version_num')::int AS "versionNumber", pg_is_in_recovery() AS "isInRecovery",
        current_setting('default_transaction_read_only')::bool AS "defaultReadOnly",
        ${iso('pg_postmaster_start_time()')} AS "startedAt", host(inet_server_addr()) AS "serverAddress",
        EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_superuser') AS "isRds"`,
  });
  if (!isKnown(identity)) return identity;
  // By calling it: it is said not to be listed in pg_proc. Whoever is not Aurora has no such function.
  const aurora = await interview.row<{ version: string }>({
    about: "Aurora's version",
    sql: 'SELECT aurora_version()::text AS version',
  });
  return known({ ...identity.value, ...(isKnown(aurora) && { auroraVersion: aurora.value.version }) });
}

/** The same number on a primary, its replicas, and whatever was copied from it file by file. Aurora may refuse. */
export async function askSystemIdentifier(interview: Interview): Promise<Reading<string>> {
  const row = await interview.row<{ id: string }>({
    about: 'the system identifier',
    sql: 'SELECT system_identifier::text AS id FROM pg_control_system()',
  });
  return mapKnown(row, ({ id }) => id);
}

export async function askConnection(
  interview: Interview,
  database: ProductionDatabase,
  target: ProductionTarget,
): Promise<Reading<ConnectionFacts>> {
  const question = {
    about: 'the connection',
    sql: `SELECT pg_backend_pid() AS "processId", s.ssl, s.version AS "tlsVersion"
      FROM (SELECT) AS one LEFT JOIN pg_stat_ssl s ON s.pid = pg_backend_pid()`,
  };
  const answers: Answer[] = [];
  // A pooler in transaction mode gives each transaction the process that is free; two in a row may be the same by chance.
  for (let asked = 0; asked < 4; asked += 1) {
    const answer = await interview.row<Answer>(question);
    if (!isKnown(answer)) return answer;
    answers.push(answer.value);
  }
  const [first] = answers;
  if (first === undefined) return unknown('nothing was asked about the connection');
  return known({
    tlsMode: target.tls.mode,
    encrypted: database.encrypted,
    isLocal: isLocal(target.host),
    ...(first.ssl !== undefined && { serverSeesEncrypted: first.ssl }),
    ...(first.tlsVersion !== undefined && { tlsVersion: first.tlsVersion }),
    isStartProcess: answers.every(({ processId }) => processId === database.processId),
    processChanges: new Set(answers.map(({ processId }) => processId)).size > 1,
  });
}

interface Answer {
  readonly processId: number;
  readonly ssl?: boolean;
  readonly tlsVersion?: string;
}

const isLocal = (host: string): boolean =>
  host.startsWith('/') || host === 'localhost' || host === '::1' || host.startsWith('127.');

/** The quickest of three answers, since the true moment is somewhere within its round trip. */
export async function askClock(interview: Interview): Promise<Reading<ClockFacts>> {
  let best: ClockFacts | undefined;
  for (let asked = 0; asked < 3; asked += 1) {
    const before = Date.now();
    const answer = await interview.row<{ at: string; epochMs: number }>({
      about: 'the clock',
      sql: `SELECT ${iso('clock_timestamp()')} AS at, (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "epochMs"`,
    });
    const after = Date.now();
    if (!isKnown(answer)) return answer;
    const errorMs = (after - before) / 2;
    const clock = { at: answer.value.at, aheadMs: Math.round(answer.value.epochMs - before - errorMs), errorMs };
    if (best === undefined || errorMs < best.errorMs) best = clock;
  }
  return best === undefined ? unknown('nobody asked for the clock') : known(best);
}
