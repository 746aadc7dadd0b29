import type { RestoreResult } from '../backup/backup.ts';
import type { BookkeepingTable, MigrationSession } from '../migrations/source.ts';
import { connect } from '../postgres/connect.ts';
import { quoteIdentifier } from '../postgres/identifiers.ts';
import { cutSubscriptions } from '../postgres/subscriptions.ts';
import type { EphemeralServer, ServerContents, ServerNews } from '../server/provider.ts';
import { alsoLeft } from '../support/also-left.ts';
import { Disposals } from '../support/disposals.ts';
import { isPgrehearseError, PgrehearseError, toError } from '../support/errors.ts';
import type { Cast } from './cast.ts';
import type { OnEvent } from './events.ts';
import type { Branched, FilledServer } from './keeping/filled-server.ts';
import { redact } from '../support/redact.ts';
import { explainFullDisk, refuseFullDisk } from './lost-server.ts';
import { migrationTarget } from './migration-role.ts';

/** A server with the backup restored and the migration tool connected to it. Gone after `dispose`. */
export interface Stage extends AsyncDisposable {
  readonly server: EphemeralServer;
  readonly database: string;
  /** Absent when there is no backup. */
  readonly restored?: RestoreResult;
  readonly branched?: Branched;
  /** The role that the migration tool connects as. */
  readonly role: string;
  readonly session: MigrationSession;
}

/** Starts, restores, connects. When one of them fails or is aborted, what was started before is taken down. */
export async function setStage(
  cast: Cast,
  bookkeeping: readonly BookkeepingTable[],
  onEvent: OnEvent,
  signal: AbortSignal,
): Promise<Stage> {
  const disposals = new Disposals();
  let server: EphemeralServer | undefined;
  try {
    const restore = (): Promise<FilledServer> => restoreAnew(cast, onEvent, signal);
    const filled = disposals.use(await (cast.starts ? cast.starts.filled(restore, signal) : restore()));
    const { database, restored, branched } = filled;
    ({ server } = filled);
    const inTime = withinExpiry(server, signal);
    const { target, limit } = await migrationTarget(filled, bookkeeping, cast.starts);
    if (limit !== undefined) onEvent({ kind: 'output', text: `${cast.provider.kind} server: ${limit}\n` });
    const session = disposals.use(await cast.source.open(target, inTime));
    return {
      role: target.user,
      server,
      database,
      ...(restored && { restored }),
      ...(branched && { branched }),
      session,
      [Symbol.asyncDispose]: () => disposals[Symbol.asyncDispose](),
    };
  } catch (error) {
    throw await afterTakingDown(disposals, { error, server }, signal);
  }
}

/** Also when the time of the server is up. */
export const withinExpiry = ({ expiry }: Pick<EphemeralServer, 'expiry'>, signal: AbortSignal): AbortSignal =>
  expiry ? AbortSignal.any([signal, expiry]) : signal;

/** For a stage in the middle of a rehearsal: what it is and can is known, but a start may take an hour. */
export const onlyProgress =
  (onEvent: OnEvent): OnEvent =>
  (event) => {
    if (event.kind === 'server-progress') onEvent(event);
  };

interface Failure {
  readonly error: unknown;
  /** Absent: there was none yet. */
  readonly server: EphemeralServer | undefined;
}

/** @returns what to throw */
async function afterTakingDown(held: AsyncDisposable, failure: Failure, signal: AbortSignal): Promise<unknown> {
  const { error, server } = failure;
  const expiry = server?.expiry;
  const isOver = signal.aborted || expiry?.aborted === true;
  const told = isOver || !server ? error : await explainFullDisk(server, RESTORE, error);
  const left = await failureOf(held[Symbol.asyncDispose]());
  if (isPgrehearseError(left) && left.code === 'SERVER_NOT_REMOVED') return alsoLeft(told, left);
  return expiry?.aborted === true ? toError(expiry.reason) : told;
}

async function failureOf(work: PromiseLike<void>): Promise<unknown> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error;
  }
}

const RESTORE = 'the restore';

async function restoreAnew(cast: Cast, onEvent: OnEvent, signal: AbortSignal): Promise<FilledServer> {
  const server = await startServer(cast, onEvent, signal);
  try {
    const database = server.shared?.database ?? server.contents?.database ?? databaseName(cast);
    const restored = await fill(cast, { server, database }, onEvent, withinExpiry(server, signal));
    const dispose = async (): Promise<void> => server[Symbol.asyncDispose]();
    return { server, database, ...(restored && { restored }), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    throw await afterTakingDown(server, { error, server }, signal);
  }
}

async function startServer(
  { provider, serverSpec }: Cast,
  onEvent: OnEvent,
  signal: AbortSignal,
): Promise<EphemeralServer> {
  const { postgresVersion } = serverSpec;
  onEvent({ kind: 'server-starting', ...(postgresVersion !== undefined && { major: postgresVersion }) });
  const startedAt = performance.now();
  const server = await provider.start(serverSpec, signal, (news) => onEvent(eventOf(news)));
  onEvent({ kind: 'server-started', version: server.version, ms: performance.now() - startedAt });
  for (const limit of server.limits ?? []) onEvent({ kind: 'output', text: `${provider.kind} server: ${limit}\n` });
  return server;
}

const eventOf = (news: ServerNews): Parameters<OnEvent>[0] =>
  news.kind === 'said'
    ? { kind: 'output', text: `${news.text}\n` }
    : { kind: 'server-progress', text: news.text, ...(news.percent !== undefined && { percent: news.percent }) };

/** Backup and masking, up to the state that the rehearsal starts from. */
async function fill(
  { backup, masking }: Cast,
  { server, database }: Pick<Stage, 'server' | 'database'>,
  onEvent: OnEvent,
  signal: AbortSignal,
): Promise<RestoreResult | undefined> {
  if (!server.shared && !server.contents) await createDatabase(server, database);
  const target = server.target(database);
  const restored = server.contents
    ? startedWith(server.contents)
    : await backup?.restore(target, (progress) => onEvent({ kind: 'restore-progress', ...progress }), signal);
  await refuseFullDisk(server, RESTORE, restored?.complaints.map(({ message }) => message) ?? []);
  await cutOff(server, database, onEvent);
  await masking?.apply(
    target,
    (index, total) => onEvent({ kind: 'restore-progress', item: `masking, statement ${index + 1} of ${total}` }),
    signal,
  );
  return restored;
}

async function cutOff(server: EphemeralServer, database: string, onEvent: OnEvent): Promise<void> {
  try {
    const found = await cutSubscriptions((name) => server.target(name), database, server.shared && database);
    if (found.length === 0) return;
    const names = found.map(({ name }) => name).join(', ');
    onEvent({ kind: 'output', text: `subscriptions are off here, without slot and address: ${names}\n` });
  } catch (cause) {
    const message = `Subscriptions of what was restored could not be kept from their server: ${redact(toError(cause).message)}.`;
    throw new PgrehearseError('SERVER_RIGHTS_MISSING', message, {
      cause,
      hint: 'Their owner must be a role that we may act as; or make the backup without them (`pg_dump --no-subscriptions`).',
    });
  }
}

/** A server that came filled has everything as it was: nothing was restored, so nothing can be missing. */
const startedWith = ({ restoreMs, missingExtensions = [] }: ServerContents): RestoreResult => ({
  durationMs: restoreMs,
  shimmedRoles: [],
  namedRoles: [],
  missingExtensions,
  complaints: [],
});

/** As in production, since migrations may name it (`ALTER DATABASE shop SET …`). `postgres` is ours for upkeep. */
function databaseName({ backup }: Cast): string {
  const name = backup?.description.database;
  return name === undefined || ['postgres', 'template0', 'template1'].includes(name) ? 'rehearsal' : name;
}

async function createDatabase(server: EphemeralServer, name: string): Promise<void> {
  await using upkeep = await connect(server.target('postgres').connectionString, {
    applicationName: 'pgrehearse observer upkeep',
  });
  await upkeep.query(`create database ${quoteIdentifier(name)} template template0`);
}
