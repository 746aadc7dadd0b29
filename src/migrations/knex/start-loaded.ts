import { PgrehearseError } from '../../support/errors.ts';
import type { MigrationTarget } from '../source.ts';
import { hostEnvironment } from './environment.ts';
import { type Host, startHost } from './host-process.ts';
import { type HostConnection, type HostSettings, isLoadedConfig, type LoadedConfig } from './messages.ts';
import type { KnexOptions } from './options.ts';

/** Where and how the user's migrations are run; the same for every process that runs them. */
export interface Project {
  readonly projectFolder: string;
  /** Working directory of the user's code; absolute. */
  readonly workingFolder: string;
  readonly options: KnexOptions;
  readonly showValues: boolean;
  /** How long a promise may be awaited while nothing is left that could settle it. */
  readonly patienceMs: number;
  readonly onOutput: (text: string) => void;
}

/** How one process reaches the database, and by which name the server knows it. */
export interface HostTarget {
  readonly target: MigrationTarget;
  readonly applicationName: string;
  readonly applicationFamily: string;
}

export interface LoadedHost extends Host {
  readonly config: LoadedConfig;
  readonly onOutput: (text: string) => void;
}

/**
 * Starts a process and loads the user's knex in it. Without a target no server can be reached from there.
 *
 * @throws {PgrehearseError} `MIGRATION_TOOL_FAILED`, `CONFIG_INVALID`
 */
export async function startLoaded(
  project: Project,
  to: HostTarget | undefined,
  signal: AbortSignal,
): Promise<LoadedHost> {
  const typescript = /\.[cm]?ts$/.test(project.options.knexfile ?? '');
  const host = await startWith(project, typescript, to, signal);
  if (!host.config.needsTypeScript) return host;
  await host[Symbol.asyncDispose]();
  return startWith(project, true, to, signal);
}

async function startWith(
  { workingFolder, projectFolder, options, showValues, patienceMs, onOutput }: Project,
  typescript: boolean,
  to: HostTarget | undefined,
  signal: AbortSignal,
): Promise<LoadedHost> {
  const environment = hostEnvironment(process.env, to?.target, to?.applicationName);
  const host = startHost({ folder: workingFolder, environment, typescript, onOutput });
  const connection = to && { connection: connectionOf(to) };
  const settings: HostSettings = { options, projectFolder, showValues, typescript, patienceMs, ...connection };
  try {
    const loaded = await host.ask({ kind: 'load', settings }, isLoadedConfig, signal);
    if (loaded.kind === 'answer') return { ...host, config: loaded.answer, onOutput };
    throw new PgrehearseError('MIGRATION_TOOL_FAILED', `The process that loads knex ended: ${loaded.how}.`);
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
}

function connectionOf({ target, applicationName, applicationFamily }: HostTarget): HostConnection {
  const { host, port, user, password, database } = target;
  return { host, port, user, password, database, applicationName, applicationFamily };
}
