import { dirname, resolve } from 'node:path';
import type { CheckSettings } from '../checks/judge.ts';
import type { Config, ConfigFlags } from './config.ts';
import { hintOnIds } from './check-settings.ts';
import { findConfig, nothingToGoOn } from './find-config.ts';
import { layConfig, type Layers } from './layers.ts';
import { listSettings } from './list-settings.ts';
import { isMapping } from './path.ts';
import { foundText, invalidConfig } from './problems.ts';
import { type ConfigDocument, readDocument } from './read-document.ts';
import type { ConfigValues } from './schema.ts';
import { validateConfig } from './validate.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Config file, environment and flags as one valid value. Whether backup and migrations exist is not asked here.
 *
 * @param path a config file, a folder with one, or nothing: the working directory
 * @throws {PgrehearseError} `CONFIG_NOT_FOUND`, `CONFIG_INVALID` with every problem at once
 */
export async function loadConfig(
  path: string | undefined,
  flags: ConfigFlags,
  env: Environment,
  cwd: string,
): Promise<Config> {
  const file = await findConfig(path, cwd);
  if (file === undefined && !saysWhat(flags)) throw nothingToGoOn(cwd);
  return configFrom(file, { flags, env, cwd, only: undefined });
}

/** Only what a verdict on a saved recording needs. Problems elsewhere in the file do not matter here. */
export type JudgingConfig = Pick<Config, 'checks' | 'waivers' | 'file'>;

/** Without a file: every check with its defaults. */
export async function loadJudgingConfig(
  path: string | undefined,
  env: Environment,
  cwd: string,
): Promise<JudgingConfig> {
  const file = await findConfig(path, cwd);
  if (file === undefined) return { checks: {}, waivers: [] };
  return configFrom(file, { flags: {}, env, cwd, only: ['checks', 'waivers'] });
}

interface Given {
  readonly flags: ConfigFlags;
  readonly env: Environment;
  readonly cwd: string;
  /** Absent: every section. */
  readonly only: readonly string[] | undefined;
}

async function configFrom(file: string | undefined, { flags, env, cwd, only }: Given): Promise<Config> {
  const document = file === undefined ? undefined : sectionsOf(await readDocument(file), only);
  const layers = layConfig(document, flags, env);
  const validated = validateConfig(layers);
  if ('problems' in validated) {
    throw invalidConfig(document?.name ?? 'The command line', validated.problems, hintOnIds(validated.problems));
  }
  const { values, checks } = validated;
  return {
    projectFolder: file === undefined ? cwd : dirname(file),
    ...(file !== undefined && { file }),
    ...complete(values, checks),
    ...withPaths(values, layers, { folder: file === undefined ? cwd : dirname(file), cwd }),
    settings: listSettings(layers),
  };
}

function sectionsOf(document: ConfigDocument, only: readonly string[] | undefined): ConfigDocument {
  const value = document.value ?? {};
  if (!isMapping(value)) {
    throw invalidConfig(document.name, [
      { where: document.name, path: '', expected: 'a mapping of sections', found: foundText(value) },
    ]);
  }
  if (only === undefined) return { ...document, value };
  return { ...document, value: Object.fromEntries(Object.entries(value).filter(([key]) => only.includes(key))) };
}

type WithoutPaths = Pick<Config, 'rehearsal' | 'checks' | 'invariants' | 'waivers'>;

function complete(values: ConfigValues, checks: Readonly<Record<string, CheckSettings>>): WithoutPaths {
  return {
    rehearsal: { scope: values.rehearsal?.scope ?? 'pending', forwardOnly: values.rehearsal?.forwardOnly ?? false },
    checks,
    invariants: values.invariants ?? [],
    waivers: (values.waivers ?? []).map(({ check, migration, relation, reason, until }) => ({
      check,
      ...(migration !== undefined && { migration }),
      ...(relation !== undefined && { relation }),
      reason,
      ...(until !== undefined && { until }),
    })),
  };
}

interface Folders {
  readonly folder: string;
  readonly cwd: string;
}

/** A path in the file starts at the file, one on the command line at the working directory. */
function withPaths(
  { server = {}, backup, migrations = {} }: ConfigValues,
  layers: Layers,
  { folder, cwd }: Folders,
): Pick<Config, 'server' | 'backup' | 'migrations'> {
  const { tool, directory, ...options } = migrations;
  const { provider = 'local', postgresVersion, binaries, settings = {} } = server;
  const baseOf = (...path: string[]): string => (layers.isFlag(path) ? cwd : folder);
  return {
    server: {
      provider,
      ...(postgresVersion !== undefined && { postgresVersion }),
      ...(binaries !== undefined && { binaries: resolve(folder, binaries) }),
      settings,
    },
    ...(backup && {
      backup: {
        file: resolve(baseOf('backup', 'file'), backup.file),
        ...(backup.maxAgeHours !== undefined && { maxAgeHours: backup.maxAgeHours }),
      },
    }),
    migrations: {
      ...(tool !== undefined && { tool }),
      ...(directory !== undefined && {
        directory: layers.isFlag(['migrations', 'directory']) ? resolve(cwd, directory) : directory,
      }),
      options,
    },
  };
}

const saysWhat = ({ backup, migrations, tool }: ConfigFlags): boolean =>
  backup !== undefined || migrations !== undefined || tool !== undefined;
