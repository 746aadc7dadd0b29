import { openBackup } from '../backup/index.ts';
import type { Backup } from '../backup/backup.ts';
import { chooseSource } from '../migrations/choose-source.ts';
import type { MigrationSource } from '../migrations/source.ts';
import { SERVER_PROVIDERS } from '../server/index.ts';
import type { ServerProvider, ServerSpec } from '../server/provider.ts';
import { PgrehearseError } from '../support/errors.ts';
import type { OnEvent } from './events.ts';
import type { RehearsalRequest } from './request.ts';

/** One adapter for each part, as the request names them. The only place where adapters meet by name. */
export interface Cast {
  readonly provider: ServerProvider;
  readonly serverSpec: ServerSpec;
  /** Absent: the rehearsal starts from an empty database. */
  readonly backup?: Backup;
  readonly source: MigrationSource;
}

/** @throws {PgrehearseError} for a backup that cannot be read and a tool that is not known */
export async function castFor(request: RehearsalRequest, onEvent: OnEvent, signal: AbortSignal): Promise<Cast> {
  const source = await sourceFor(request, onEvent);
  const onWarning = (message: string): void => onEvent({ kind: 'output', text: `${message}\n` });
  const backup = request.backup && (await openBackup(request.backup.file, { onWarning }, signal));
  const postgresVersion = request.server.postgresVersion ?? backup?.description.serverMajor;
  return {
    provider: providerFor(request.server.provider),
    serverSpec: {
      ...(postgresVersion !== undefined && { postgresVersion }),
      ...(request.server.binaries !== undefined && { binaries: request.server.binaries }),
      settings: request.server.settings,
      ...(request.server.external && { external: request.server.external }),
      projectFolder: request.projectFolder,
    },
    ...(backup && { backup }),
    source,
  };
}

function providerFor(kind: string): ServerProvider {
  const provider = SERVER_PROVIDERS.find((one) => one.kind === kind);
  if (provider) return provider;
  const known = SERVER_PROVIDERS.map((one) => one.kind).join(', ');
  throw new PgrehearseError('CONFIG_INVALID', `There is no server provider "${kind}"; known: ${known}.`);
}

function sourceFor(request: RehearsalRequest, onEvent: OnEvent): Promise<MigrationSource> {
  const { tool, directory, options } = request.migrations;
  return chooseSource(tool, {
    projectFolder: request.projectFolder,
    ...(directory !== undefined && { directory }),
    options,
    showValues: request.showValues,
    onOutput: (text) => onEvent({ kind: 'output', text }),
  });
}
