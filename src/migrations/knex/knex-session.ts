import { PgrehearseError } from '../../support/errors.ts';
import type { MigrationSession, MigrationTarget, RunOutcome } from '../source.ts';
import { type HostRequest, isOpened, isRunOutcome, isStrings } from './messages.ts';
import { type HostTarget, type LoadedHost, type Project, startLoaded } from './start-loaded.ts';

/** Drives knex against one database. A process that a migration ended is replaced before the next request. */
export async function openSession(
  project: Project,
  target: MigrationTarget,
  signal: AbortSignal,
): Promise<MigrationSession> {
  sessions += 1;
  const applicationFamily = `rehearsed-knex-${process.pid}-${sessions}.`;
  let hosts = 0;
  let host: LoadedHost | undefined;

  async function liveHost(until: AbortSignal): Promise<LoadedHost> {
    if (host?.isAlive()) return host;
    await host?.[Symbol.asyncDispose]();
    hosts += 1;
    const applicationName = `${applicationFamily}${hosts}`;
    host = await startConnected(project, { target, applicationName, applicationFamily }, until);
    return host;
  }

  /** Also waits until the server has ended the sessions of a process that is gone, so that nothing moves after a step. */
  const settle = async (until: AbortSignal): Promise<void> => {
    // The step has its outcome; that no other can follow is for the next one to say.
    if (!host?.isAlive()) await liveHost(until).catch(() => {});
    until.throwIfAborted();
  };

  async function outcomeOf(request: HostRequest, until: AbortSignal): Promise<RunOutcome> {
    let answered = await (await liveHost(until)).ask(request, isRunOutcome, until);
    // The end of the process came late: it is not this migration's doing.
    if (answered.kind === 'gone' && !answered.begun) {
      answered = await (await liveHost(until)).ask(request, isRunOutcome, until);
    }
    await settle(until);
    if (answered.kind === 'answer') return answered.answer;
    const message = `The migration ended the process that ran it (${answered.how}).`;
    return { status: 'failed', failure: { message } };
  }

  await liveHost(signal);
  return {
    async applied() {
      const answered = await (await liveHost(signal)).ask({ kind: 'applied' }, isStrings, signal);
      if (answered.kind === 'answer') return answered.answer.map((id) => ({ id }));
      throw gone(answered.how);
    },
    run: ({ id }, direction, until) => outcomeOf({ kind: 'run', name: id, direction }, until),
    runPending: (until) => outcomeOf({ kind: 'latest' }, until),
    async [Symbol.asyncDispose]() {
      await host?.[Symbol.asyncDispose]();
    },
  };
}

/** Distinguishes sessions of one process of ours. */
let sessions = 0;

async function startConnected(project: Project, to: HostTarget, signal: AbortSignal): Promise<LoadedHost> {
  const host = await startLoaded(project, to, signal);
  try {
    const opened = await host.ask({ kind: 'open' }, isOpened, signal);
    if (opened.kind === 'gone') throw gone(opened.how);
    if (opened.answer.lockCleared) {
      host.onOutput('The migration lock of knex was held, by a migration that never ended; it is released here.\n');
    }
    return host;
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
}

const gone = (how: string): PgrehearseError =>
  new PgrehearseError('MIGRATION_TOOL_FAILED', `The process that runs knex ended: ${how}.`);
