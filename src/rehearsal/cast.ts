import {
  contentsBytes,
  type DumpOptions,
  type Masking,
  readMasking,
  obtainBackup,
  type ObtainedBackup,
  readRemoteTables,
} from '../backup/index.ts';
import { chooseSource } from '../migrations/choose-source.ts';
import type { MigrationSource } from '../migrations/source.ts';
import type { DataDirectorySource } from '../postgres/data-directory.ts';
import { SERVER_PROVIDERS } from '../server/index.ts';
import type { ServerProvider, ServerSpec } from '../server/provider.ts';
import { PgrehearseError } from '../support/errors.ts';
import type { OnEvent } from './events.ts';
import { Keeping } from './keeping/keeping.ts';
import type { StartStates } from './keeping/start-state.ts';
import { WithinRun } from './keeping/within-run.ts';
import type { RehearsalRequest } from './request.ts';

/** One adapter for each part, as the request names them. A backup that was made for us is gone after `dispose`. */
export interface Cast extends AsyncDisposable {
  readonly provider: ServerProvider;
  readonly serverSpec: ServerSpec;
  /** Absent: the rehearsal starts from an empty database. */
  readonly backup?: ObtainedBackup;
  /** Run after each restore. */
  readonly masking?: Masking;
  readonly source: MigrationSource;
  /** Absent: each stage restores on a server of its own. */
  readonly starts?: StartStates;
}

/** @throws {PgrehearseError} for a backup that cannot be read and a tool that is not known */
export async function castFor(request: RehearsalRequest, onEvent: OnEvent, signal: AbortSignal): Promise<Cast> {
  const source = await sourceFor(request, onEvent);
  const provider = providerFor(request.server.provider);
  assertKeeps(request, provider);
  const path = request.backup?.masking;
  const masking = path === undefined ? undefined : await readMasking(path);
  const isGiven = request.backup !== undefined && hasSource(request.backup);
  const backup = isGiven ? await obtainBackup(request.backup, dumpOptions(request, onEvent), signal) : undefined;
  try {
    if (backup?.dataDirectory) assertStartable(backup.dataDirectory, provider, request);
  } catch (error) {
    await backup?.[Symbol.asyncDispose]();
    throw error;
  }
  const postgresVersion = request.server.postgresVersion ?? backup?.description.serverMajor;
  const serverSpec = {
    ...request.server,
    projectFolder: request.projectFolder,
    ...(postgresVersion !== undefined && { postgresVersion }),
    ...(request.server.postgresVersion === undefined && { isMajorOfBackup: true }),
    ...(backup?.dataDirectory && { dataDirectory: backup.dataDirectory }),
    ...(!request.keepServer && { contentsBytes: backup ? contentsBytes(backup.description) : 0 }),
  };
  const starts = request.keepServer
    ? new Keeping({ request, provider, spec: serverSpec, onEvent }, request.keepServer.stateFolder)
    : new WithinRun(provider);
  return {
    provider,
    serverSpec,
    ...(backup && { backup }),
    ...(masking && { masking }),
    source,
    starts,
    [Symbol.asyncDispose]: async () => {
      await using _ = backup;
      await starts[Symbol.asyncDispose]();
    },
  };
}

/** A data directory can be read by the major that wrote it only, and started where there are files. */
export function assertStartable(
  { major }: Pick<DataDirectorySource, 'major'>,
  { kind, startsFromFiles }: ServerProvider,
  { server: { postgresVersion } }: Pick<RehearsalRequest, 'server'>,
): void {
  if (startsFromFiles !== true) {
    throw new PgrehearseError('CONFIG_INVALID', `The provider ${kind} cannot start a server from a base backup.`, {
      hint: 'Set `server.provider: local`, or give a dump made with pg_dump.',
    });
  }
  if (postgresVersion !== undefined && postgresVersion !== major) {
    const message = `A base backup of PostgreSQL ${major} cannot be read by ${postgresVersion}, which server.postgresVersion wants.`;
    throw new PgrehearseError('CONFIG_INVALID', message, {
      hint: 'Leave `server.postgresVersion` out, or give a dump made with pg_dump.',
    });
  }
}

function assertKeeps({ keepServer }: RehearsalRequest, provider: ServerProvider): void {
  if (!keepServer || provider.attach) return;
  throw new PgrehearseError('CONFIG_INVALID', `--keep-server: the provider ${provider.kind} keeps no server.`, {
    hint: 'Run it without --keep-server.',
  });
}

/** Rows of the tool's books, from where they are had with the least effort. */
export async function booksFor(
  request: RehearsalRequest,
  tables: readonly string[],
  onEvent: OnEvent,
  signal: AbortSignal,
): ReturnType<ObtainedBackup['readTables']> {
  const { backup } = request;
  if (request.server.rds && request.server.provider === 'rds') throw onlyInRds();
  if (!backup || !hasSource(backup)) return {};
  if (backup.url !== undefined) return readRemoteTables(backup.url, tables, signal);
  const options = dumpOptions(request, onEvent);
  if (backup.command !== undefined) options.onWarning('Running backup.command: only its dump says what is applied.');
  await using obtained = await obtainBackup(backup, options, signal);
  return await obtained.readTables(tables, signal);
}

/** What a server brings along may be masked and too old as well. */
const hasSource = ({ file, command, url }: NonNullable<RehearsalRequest['backup']>): boolean =>
  [file, command, url].some((source) => source !== undefined);

const onlyInRds = (): PgrehearseError =>
  new PgrehearseError(
    'USAGE',
    'What is applied stands in the database, which the provider rds would have to restore first.',
    {
      hint: '`pgrehearse run` restores and then shows the plan. With a dump: `pgrehearse plan --provider local --backup FILE`.',
    },
  );

const dumpOptions = ({ projectFolder, server }: RehearsalRequest, onEvent: OnEvent): DumpOptions => ({
  projectFolder,
  serverBringsClients: SERVER_PROVIDERS.some(
    ({ kind, bringsClients }) => kind === server.provider && bringsClients === true,
  ),
  onWarning: (message) => onEvent({ kind: 'output', text: `${message}\n` }),
  onProgress: (progress) => onEvent({ kind: 'backup-progress', ...progress }),
});

function providerFor(kind: string): ServerProvider {
  const provider = SERVER_PROVIDERS.find((one) => one.kind === kind);
  if (provider) return provider;
  const known = SERVER_PROVIDERS.map((one) => one.kind).join(', ');
  throw new PgrehearseError('CONFIG_INVALID', `There is no server provider "${kind}"; known: ${known}.`);
}

export function sourceFor(request: RehearsalRequest, onEvent: OnEvent): Promise<MigrationSource> {
  const { tool, directory, options } = request.migrations;
  return chooseSource(tool, {
    projectFolder: request.projectFolder,
    ...(directory !== undefined && { directory }),
    options,
    showValues: request.showValues,
    onOutput: (text) => onEvent({ kind: 'output', text }),
  });
}
