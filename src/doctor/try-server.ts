import { connect } from '../postgres/connect.ts';
import type { EphemeralServer, ServerNews, ServerProvider, ServerSpec } from '../server/provider.ts';
import { answerWithin, NoAnswer } from '../support/answer-within.ts';
import { duration } from '../support/duration.ts';
import { type Prerequisite, prerequisiteFrom } from '../support/prerequisite.ts';

export interface Trial {
  readonly line: Prerequisite;
  /** That can be created there. Absent: it did not come so far. */
  readonly extensions?: ReadonlySet<string>;
  /** What comes with the server. Absent: nothing does. */
  readonly pgRestore?: { readonly version: string | undefined };
}

/** Starts a server as a rehearsal does, uses it, and sees to it that it is gone. */
export async function tryServer(
  provider: ServerProvider,
  spec: ServerSpec,
  onNews: (news: ServerNews) => void,
  signal: AbortSignal,
): Promise<Trial> {
  const name = 'tried';
  const startMs = performance.now();
  try {
    const server = await startInTime(provider, spec, onNews, signal);
    const database = server.shared?.database ?? server.contents?.database ?? 'postgres';
    const seen = await useAndRemove(server, database, signal);
    signal.throwIfAborted();
    const detail = `PostgreSQL ${server.version} started, a table made, all gone again in ${duration(performance.now() - startMs)}`;
    if (await isGone(server, database, signal)) return { line: { name, state: 'found', detail }, ...seen };
    return { line: { name, state: 'missing', detail: 'the server still answers after it was removed' }, ...seen };
  } catch (error) {
    signal.throwIfAborted();
    return { line: prerequisiteFrom(name, error) };
  }
}

/** A start that is given up tidies up behind itself, which is waited for. */
async function startInTime(
  provider: ServerProvider,
  spec: ServerSpec,
  onNews: (news: ServerNews) => void,
  signal: AbortSignal,
): Promise<EphemeralServer> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new NoAnswer(START_MS)), START_MS);
  try {
    return await provider.start(spec, AbortSignal.any([signal, limit.signal]), onNews);
  } finally {
    clearTimeout(timer);
  }
}

/** An image may have to be fetched first. */
const START_MS = 300_000;

async function useAndRemove(
  server: EphemeralServer,
  database: string,
  signal: AbortSignal,
): Promise<Omit<Trial, 'line'>> {
  try {
    return await answerWithin(USE_MS, signal, (limited) => use(server, database, limited));
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

/** Far more than it takes: a server on a loaded machine is no broken one. */
const USE_MS = 60_000;

async function use(server: EphemeralServer, database: string, signal: AbortSignal): Promise<Omit<Trial, 'line'>> {
  const { connectionString, clientPrograms } = server.target(database);
  await using session = await connect(connectionString, { applicationName: 'pgrehearse doctor' });
  await session.script(
    'create table pgrehearse_doctor (id integer); insert into pgrehearse_doctor values (1); drop table pgrehearse_doctor',
  );
  const rows = await session.query<{ name: string }>('select name from pg_catalog.pg_available_extensions');
  return {
    extensions: new Set(rows.map(({ name }) => name)),
    ...(clientPrograms && { pgRestore: { version: await clientPrograms.version('pg_restore', signal) } }),
  };
}

async function isGone(server: EphemeralServer, database: string, signal: AbortSignal): Promise<boolean> {
  const { connectionString } = server.target(database);
  try {
    await answerWithin(ANSWER_MS, signal, async () => {
      await using session = await connect(connectionString, {
        applicationName: 'pgrehearse doctor',
        timeoutMs: ANSWER_MS,
      });
      await session.query('select');
    });
    return false;
  } catch {
    signal.throwIfAborted();
    return true;
  }
}

const ANSWER_MS = 5_000;
