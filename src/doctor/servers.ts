import { canRead, wayToGet } from '../backup/index.ts';
import { assertStartable } from '../rehearsal/cast.ts';
import type { RehearsalRequest } from '../rehearsal/request.ts';
import { SERVER_PROVIDERS } from '../server/index.ts';
import type { ServerNews, ServerProvider, ServerSpec } from '../server/provider.ts';
import { answerWithin, NoAnswer } from '../support/answer-within.ts';
import { type Prerequisite, prerequisiteFrom } from '../support/prerequisite.ts';
import { type Group, type Line, neededBy } from './diagnosis.ts';
import { type Trial, tryServer } from './try-server.ts';

export interface ServerWish {
  readonly server: RehearsalRequest['server'];
  readonly projectFolder: string;
  readonly backup: {
    /** That it creates. */
    readonly extensions: readonly string[];
    /** Of a base backup, which a server is started from. */
    readonly baseMajor?: number;
    /** Of the pg_dump that wrote an archive. */
    readonly dumpVersion?: string;
    /** This machine can restore it. */
    readonly hasPgRestore: boolean;
  };
  /** Try every provider that can be tried, not only the one that the config names. */
  readonly all: boolean;
}

/** Every provider: what it needs, and whether it works. */
export async function* examineServers(
  wish: ServerWish,
  onNews: (news: ServerNews) => void,
  signal: AbortSignal,
): AsyncGenerator<Group> {
  const { provider: chosen } = wish.server;
  if (!SERVER_PROVIDERS.some(({ kind }) => kind === chosen)) yield unknownProvider(chosen);
  // The one that matters comes first.
  const providers = [...SERVER_PROVIDERS].toSorted((a, b) => Number(b.kind === chosen) - Number(a.kind === chosen));
  for (const provider of providers) yield await examineServer(provider, wish, onNews, signal);
}

async function examineServer(
  provider: ServerProvider,
  wish: ServerWish,
  onNews: (news: ServerNews) => void,
  signal: AbortSignal,
): Promise<Group> {
  const { kind } = provider;
  const isChosen = wish.server.provider === kind;
  const spec: ServerSpec = { ...wish.server, projectFolder: wish.projectFolder };
  onNews({ kind: 'doing', text: `Looking at what ${kind} needs` });
  const found = await ask(provider, spec, signal);
  const title = `Server: ${kind}${isChosen ? '' : ', not used by this config'}`;
  const trial = isWorthATry(found, kind, wish) ? await tryServer(provider, spec, onNews, signal) : undefined;
  const lines = [
    ...found,
    ...(trial ? [trial.line, ...clientLines(trial, wish), ...extensionLines(trial, wish)] : []),
    ...(isChosen ? baseLines(provider, wish) : []),
  ];
  return { id: `server ${kind}`, title, lines: isChosen ? ofChosen(lines, trial) : lines };
}

/** A server that worked has all that it needs, whatever was found; one that was not tried needs all of it. */
const ofChosen = (lines: readonly Prerequisite[], trial: Trial | undefined): readonly Line[] =>
  neededBy(
    'run',
    trial?.line.state === 'found'
      ? lines.map((line) => (OF_BACKUP.has(line.name) || line === trial.line ? line : { ...line, optional: true }))
      : lines,
  );

function isWorthATry(found: readonly Prerequisite[], kind: string, { server, all }: ServerWish): boolean {
  // Its servers cost money.
  if (kind === 'rds') return false;
  // Who does not answer a question does not start a server either, and takes much longer not to.
  if (found.some(({ state, detail }) => state === 'unknown' && NO_ANSWER.test(detail))) return false;
  if (kind === server.provider) return true;
  return all && found.every(({ state, optional }) => state === 'found' || optional === true);
}

const NO_ANSWER = new RegExp(new NoAnswer(0).message.replace('0 s', String.raw`\d+ s`));

async function ask(provider: ServerProvider, spec: ServerSpec, signal: AbortSignal): Promise<readonly Prerequisite[]> {
  try {
    return (await answerWithin(PATIENCE_MS, signal, async (limited) => provider.examine?.(spec, limited))) ?? [];
  } catch (error) {
    signal.throwIfAborted();
    return [prerequisiteFrom(provider.kind, error)];
  }
}

/** For all questions of a provider together; each has its own, shorter one. */
const PATIENCE_MS = 20_000;

function extensionLines({ extensions }: Trial, wish: ServerWish): readonly Prerequisite[] {
  if (!extensions) return [];
  return wish.backup.extensions.map((name): Prerequisite => {
    if (extensions.has(name)) return { name: EXTENSION, state: 'found', detail: `${name}, which the backup names` };
    const detail = `${name} is named by the backup and not on this server`;
    return { name: EXTENSION, state: 'missing', detail, mend: wayToGet(name, wish.server.postgresVersion ?? 0) };
  });
}

const EXTENSION = 'extension';
const BASE = 'base backup';
const CLIENTS = 'pg_restore of the server';

/** What a server may work without, and this backup not. */
const OF_BACKUP: ReadonlySet<string> = new Set([EXTENSION, BASE, CLIENTS]);

/** Where the server brings a pg_restore, it is the one that is taken if it can. */
function clientLines(
  { pgRestore }: Trial,
  { backup: { dumpVersion, hasPgRestore } }: ServerWish,
): readonly Prerequisite[] {
  if (pgRestore === undefined || dumpVersion === undefined) return [];
  const { version } = pgRestore;
  const isAble = version !== undefined && canRead(Number.parseInt(version, 10), { dumpVersion });
  if (isAble) return [{ name: CLIENTS, state: 'found', detail: version }];
  const detail = version === undefined ? 'it brings none' : `${version} cannot read what pg_dump ${dumpVersion} wrote`;
  const mend = `server: { postgresVersion: ${Number.parseInt(dumpVersion, 10)} } in the config, or the client on this machine`;
  return [{ name: CLIENTS, state: 'missing', detail, mend, optional: hasPgRestore }];
}

function baseLines(provider: ServerProvider, { server, backup: { baseMajor } }: ServerWish): readonly Prerequisite[] {
  if (baseMajor === undefined) return [];
  try {
    assertStartable({ major: baseMajor }, provider, { server });
    return [{ name: BASE, state: 'found', detail: `${provider.kind} starts a server from it` }];
  } catch (error) {
    return [prerequisiteFrom(BASE, error)];
  }
}

const unknownProvider = (kind: string): Group => ({
  id: `server ${kind}`,
  title: `Server: ${kind}`,
  lines: neededBy('run', [
    {
      name: 'server.provider',
      state: 'missing',
      detail: `there is no server provider "${kind}"`,
      mend: `server: { provider: local } in the config; known: ${SERVER_PROVIDERS.map((one) => one.kind).join(', ')}`,
    },
  ]),
});
