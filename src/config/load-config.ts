import { dirname, resolve } from 'node:path';
import type { CheckSettings } from '../checks/judge.ts';
import type { Config, ConfigFlags } from './config.ts';
import { backupPath } from './backup-sources.ts';
import { hintOnIds } from './check-settings.ts';
import { findConfig, nothingToGoOn } from './find-config.ts';
import { layConfig, type Layers } from './layers.ts';
import { listSettings } from './list-settings.ts';
import { type ConfigPath, isMapping } from './path.ts';
import { type ProductionConfig, productionConfig } from './preflight-config.ts';
import { foundText, invalidConfig } from './problems.ts';
import { type ConfigDocument, readDocument } from './read-document.ts';
import type { ConfigValues } from './schema.ts';
import { productionHosts } from './production-hosts.ts';
import { stateFolder } from '../support/state-folder.ts';
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
  return rehearsalConfig(file, { flags, env, cwd });
}

/** As `loadConfig`; with neither file nor flags: defaults, which rehearse on an empty database. */
export async function loadConfigOrDefaults(
  path: string | undefined,
  flags: ConfigFlags,
  env: Environment,
  cwd: string,
): Promise<Config> {
  return rehearsalConfig(await findConfig(path, cwd), { flags, env, cwd });
}

/** What holds where nobody says anything. */
export const defaultConfig = (env: Environment, cwd: string): Promise<Config> =>
  rehearsalConfig(undefined, { flags: {}, env, cwd });

const rehearsalConfig = async (file: string | undefined, given: Omit<Given, 'only'>): Promise<Config> =>
  (await configFrom(file, { ...given, only: REHEARSAL_SECTIONS })).config;

/** What the pre-flight and `verify` need: the sections of production, and how migrations are found and judged. */
export type LivingConfig = Pick<
  Config,
  'projectFolder' | 'file' | 'migrations' | 'checks' | 'waivers' | 'invariants' | 'settings'
> &
  ProductionConfig;

/** As `loadConfig`, for `preflight` and `verify`. Without a file: defaults. */
export async function loadProductionConfig(
  path: string | undefined,
  flags: ConfigFlags,
  env: Environment,
  cwd: string,
): Promise<LivingConfig> {
  const file = await findConfig(path, cwd);
  const { config, values, layers } = await configFrom(file, { flags, env, cwd, only: PRODUCTION_SECTIONS });
  const baseOf = (at: ConfigPath): string => (layers.isFlag(at) ? cwd : config.projectFolder);
  return { ...config, ...productionConfig(values, config.projectFolder, baseOf) };
}

/** Secrets of production are no condition of a rehearsal, nor the backup's place one of a pre-flight. */
const REHEARSAL_SECTIONS = ['server', 'backup', 'migrations', 'rehearsal', 'checks', 'invariants', 'waivers'];
const PRODUCTION_SECTIONS = ['migrations', 'checks', 'invariants', 'waivers', 'preflight', 'verify'];
const JUDGING_SECTIONS = ['checks', 'waivers'];

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
  return (await configFrom(file, { flags: {}, env, cwd, only: JUDGING_SECTIONS })).config;
}

interface Given {
  readonly flags: ConfigFlags;
  readonly env: Environment;
  readonly cwd: string;
  /** Sections that matter. What is wrong in others is said by the commands that need them. */
  readonly only: readonly string[];
}

interface Loaded {
  readonly config: Config;
  readonly values: ConfigValues;
  readonly layers: Layers;
}

async function configFrom(file: string | undefined, { flags, env, cwd, only }: Given): Promise<Loaded> {
  const whole = file === undefined ? undefined : await readDocument(file);
  const document = whole && sectionsOf(whole, only);
  const layers = layConfig(document, flags, env);
  const validated = validateConfig(layers);
  if ('problems' in validated) {
    throw invalidConfig(document?.name ?? 'The command line', validated.problems, hintOnIds(validated.problems));
  }
  const { values, checks } = validated;
  const config: Config = {
    projectFolder: file === undefined ? cwd : dirname(file),
    ...(file !== undefined && { file }),
    ...complete(values, checks),
    ...withPaths(values, layers, {
      folder: file === undefined ? cwd : dirname(file),
      cwd,
      production: productionHosts(whole, env),
      env,
    }),
    settings: listSettings(layers),
  };
  return { config, values, layers };
}

function sectionsOf(document: ConfigDocument, only: readonly string[]): ConfigDocument {
  const value = document.value ?? {};
  if (!isMapping(value)) {
    throw invalidConfig(document.name, [
      { where: document.name, path: '', expected: 'a mapping of sections', found: foundText(value) },
    ]);
  }
  const isOthers = (key: string): boolean =>
    only === JUDGING_SECTIONS || [...REHEARSAL_SECTIONS, ...PRODUCTION_SECTIONS].includes(key);
  const matters = ([key]: readonly [string, unknown]): boolean => only.includes(key) || !isOthers(key);
  return { ...document, value: Object.fromEntries(Object.entries(value).filter(matters)) };
}

type WithoutPaths = Pick<Config, 'rehearsal' | 'checks' | 'invariants' | 'waivers'>;

function complete(values: ConfigValues, checks: Readonly<Record<string, CheckSettings>>): WithoutPaths {
  return {
    rehearsal: { scope: values.rehearsal?.scope ?? 'pending', forwardOnly: values.rehearsal?.forwardOnly ?? false },
    checks,
    invariants: values.invariants ?? [],
    waivers: (values.waivers ?? []).map(({ check, migration, relation, answer, reason, until }) => ({
      check,
      ...(migration !== undefined && { migration }),
      ...(relation !== undefined && { relation }),
      ...(answer !== undefined && { answer }),
      reason,
      ...(until !== undefined && { until }),
    })),
  };
}

interface Folders {
  readonly folder: string;
  readonly cwd: string;
  readonly production: readonly string[];
  readonly env: Environment;
}

/** A path in the file starts at the file, one on the command line at the working directory. */
function withPaths(
  { server = {}, backup, migrations = {} }: ConfigValues,
  layers: Layers,
  { folder, cwd, production, env }: Folders,
): Pick<Config, 'server' | 'backup' | 'migrations'> {
  const { tool, directory, ...options } = migrations;
  const baseOf = (...path: string[]): string => (layers.isFlag(path) ? cwd : folder);
  return {
    server: serverOf(server, { folder, production, env }),
    ...(backup && {
      backup: {
        ...(backup.file !== undefined && { file: backupPath(baseOf('backup', 'file'), backup.file) }),
        ...(backup.s3 && { s3: backup.s3 }),
        ...(backup.command !== undefined && { command: backup.command }),
        ...(backup.url !== undefined && { url: backup.url }),
        ...(backup.excludeTableData && { excludeTableData: backup.excludeTableData }),
        ...(backup.database !== undefined && { database: backup.database }),
        ...(backup.allowUnverified !== undefined && { allowUnverified: backup.allowUnverified }),
        ...(backup.masking !== undefined && { masking: resolve(folder, backup.masking) }),
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

function serverOf(
  { provider = 'local', postgresVersion, binaries, settings = {}, url, ...given }: NonNullable<ConfigValues['server']>,
  { folder, production, env }: Pick<Folders, 'folder' | 'production' | 'env'>,
): Config['server'] {
  const { image, docker, rds } = given;
  const never = [...(given.production ?? []), ...production];
  return {
    provider,
    ...(postgresVersion !== undefined && { postgresVersion }),
    ...(binaries !== undefined && { binaries: resolve(folder, binaries) }),
    settings,
    ...(url !== undefined && { external: { url, production: never } }),
    ...((image !== undefined || docker) && { docker: { ...(image !== undefined && { image }), ...docker } }),
    ...(rds && { rds: rdsOf(rds, { folder, never, env }) }),
  };
}

const rdsOf = (
  { sslRootCert, ...given }: NonNullable<NonNullable<ConfigValues['server']>['rds']>,
  { folder, never, env }: { readonly folder: string; readonly never: readonly string[]; readonly env: Environment },
): NonNullable<Config['server']['rds']> => ({
  ...given,
  ...(sslRootCert !== undefined && { sslRootCert: resolve(folder, sslRootCert) }),
  maxHours: given.maxHours ?? DEFAULT_MAX_HOURS,
  stateFolder: stateFolder(env),
  production: never,
  env,
});

const DEFAULT_MAX_HOURS = 6;

const saysWhat = ({ backup, migrations, tool }: ConfigFlags): boolean =>
  backup !== undefined || migrations !== undefined || tool !== undefined;
