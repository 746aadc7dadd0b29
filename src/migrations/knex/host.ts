import type { Direction, StepFailure } from '../../recording/recording.ts';
import { isPgrehearseError } from '../../support/errors.ts';
import { failureOf } from '../failure.ts';
import { describeConfig, isTypeScriptMissing, TYPESCRIPT_FIRST } from './hosted/describe-config.ts';
import { originOf } from './hosted/error-origin.ts';
import { endWithAll, followParent } from './hosted/follow-parent.ts';
import { guardConnections } from './hosted/guard-connections.ts';
import { listMigrations } from './hosted/list-migrations.ts';
import { loadKnex, type LoadedKnex } from './hosted/load-knex.ts';
import { openDatabase } from './hosted/open-database.ts';
import { poolIdlers } from './hosted/pool-idlers.ts';
import { appliedMigrations, runLatest, runMigration } from './hosted/run-migration.ts';
import { type Idler, noticeSilence } from './hosted/silence.ts';
import {
  type HostRefusal,
  type HostReply,
  type HostRequest,
  type HostSettings,
  isEnvelope,
  isHostRequest,
  type LoadedConfig,
  MARK,
  REFUSALS,
} from './messages.ts';

/** The process in which the user's code runs. One request at a time, each answered once. */
let loaded: (LoadedKnex & { readonly settings: HostSettings }) | undefined;
let current: { readonly number: number; readonly kind: HostRequest['kind'] } | undefined;
let endSilenceWatch = (): void => {};
let lastDirection: Direction | undefined;

process.on('message', (message: unknown) => {
  if (!isEnvelope(message) || !isHostRequest(message.content)) return;
  current = { number: message.number, kind: message.content.kind };
  process.send?.({ mark: MARK, number: message.number, content: { kind: 'begun' } });
  watchSilence(message.content);
  void replyTo(message.content).then((reply) =>
    loaded?.closing.isClosed() ? send(lastOf(reply), leave) : send(reply),
  );
});

// Ctrl-C reaches this process where it has no group of its own; the parent decides when it ends.
process.on('SIGINT', () => {});
process.on('disconnect', endWithAll);
followParent();

// Node would end the tool here, so the migration has failed, whatever becomes of its own promise.
process.on('unhandledRejection', (reason) => fail(reason, 'A promise that nobody waited for was rejected'));
process.on('uncaughtException', (error) => fail(error, 'An error was thrown outside of any promise'));

async function replyTo(request: HostRequest): Promise<HostReply> {
  try {
    return { kind: 'answer', answer: await answerTo(request) };
  } catch (error) {
    return { kind: 'refusal', refusal: refusalOf(error) };
  }
}

async function answerTo(request: HostRequest): Promise<unknown> {
  if (request.kind === 'load') return load(request.settings);
  if (!loaded) throw new Error('nothing is loaded');
  const { knex, settings } = loaded;
  switch (request.kind) {
    case 'list':
      return listMigrations(knex);
    case 'open':
      if (!settings.connection) throw new Error('no connection was given');
      return openDatabase(knex, settings.connection);
    case 'applied':
      return appliedMigrations(knex);
    case 'run':
      await beginRun(loaded, request.direction);
      return runMigration(loaded, request.name, request.direction, settings.showValues);
    case 'latest':
      await beginRun(loaded, 'up');
      return runLatest(loaded, settings.showValues);
  }
  return undefined;
}

/**
 * Steps of one direction in a row share their connection, as in one run of the tool. A turn is another run: what a
 * migration has set in its session (`set search_path`, `set role`) is not there when production goes back.
 */
async function beginRun({ closing }: LoadedKnex, direction: Direction): Promise<void> {
  if (lastDirection !== undefined && lastDirection !== direction) await closing.reconnect();
  lastDirection = direction;
}

async function load(settings: HostSettings): Promise<LoadedConfig> {
  guardConnections(settings.connection);
  try {
    // Closed between two requests, by work that a migration left behind: the next request has a process of its own.
    const onClosed = (): void => void (current ?? leave());
    loaded = { ...(await loadKnex(settings, onClosed)), settings };
  } catch (error) {
    if (!settings.typescript && isTypeScriptMissing(error)) return TYPESCRIPT_FIRST;
    throw error;
  }
  return describeConfig(loaded.knex, settings.typescript);
}

function watchSilence(request: HostRequest): void {
  const patienceMs = (request.kind === 'load' ? request.settings : loaded?.settings)?.patienceMs;
  if (patienceMs === undefined) return;
  const idlers = (): Idler[] => (loaded ? poolIdlers(loaded.knex) : []);
  endSilenceWatch = noticeSilence(idlers, () => leaveWith({ message: NEVER_SETTLES }), patienceMs);
}

const NEVER_SETTLES = 'A promise never settled: no statement, timer or connection is left that could settle it.';

function fail(reason: unknown, circumstances: string): void {
  const { message, ...rest } = failureOf(reason, {
    showValues: loaded?.settings.showValues ?? false,
    ...originOf(reason),
  });
  leaveWith({ ...rest, message: `${circumstances}: ${message}` });
}

function leaveWith(failure: StepFailure): void {
  if (!current) process.stderr.write(`${failure.message}\n`, leave);
  else if (current.kind === 'run' || current.kind === 'latest')
    send({ kind: 'answer', answer: { status: 'failed', failure }, leaving: true }, leave);
  else send({ kind: 'refusal', refusal: { code: 'MIGRATION_TOOL_FAILED', message: failure.message } }, leave);
}

/** knex cannot be used again: the next request has another process. */
const lastOf = (reply: HostReply): HostReply => (reply.kind === 'answer' ? { ...reply, leaving: true } : reply);

const leave = (): never => process.exit(1);

function send(content: HostReply, done: () => void = () => {}): void {
  if (!current) return done();
  const { number } = current;
  current = undefined;
  endSilenceWatch();
  process.send?.({ mark: MARK, number, content }, done);
}

function refusalOf(error: unknown): HostRefusal {
  if (!isPgrehearseError(error))
    return { code: 'MIGRATION_TOOL_FAILED', message: failureOf(error, originOf(error)).message };
  const { message, hint } = error;
  return { code: REFUSALS.find((code) => code === error.code) ?? 'MIGRATION_TOOL_FAILED', message, hint };
}
