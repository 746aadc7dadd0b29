import { withoutBackupSource } from './backup-sources.ts';
import type { ConfigFlags } from './config.ts';
import { type FromEnvironment, substituteEnvironment } from './environment.ts';
import { type ConfigPath, isMapping, type Mapping, pathText, valueAt, withValue } from './path.ts';
import type { ConfigProblem } from './problems.ts';
import { type GivenFlag, sortedByProvider } from './provider-keys.ts';
import type { ConfigDocument } from './read-document.ts';

/** File, environment and flags laid over one another, not yet checked. */
export interface Layers {
  readonly value: Mapping;
  readonly problems: readonly ConfigProblem[];
  /** `pgrehearse.config.yaml:4` or `--scope`: where somebody wrote it. */
  readonly where: (path: ConfigPath) => string;
  /** Absent: nobody gave it, it is a default. */
  readonly origin: (path: ConfigPath) => string | undefined;
  /** How a value that came from the environment was written. */
  readonly template: (path: ConfigPath) => FromEnvironment | undefined;
  readonly isFlag: (path: ConfigPath) => boolean;
}

/** Which value of the file a flag replaces. */
const FLAGS: Readonly<Record<keyof ConfigFlags, { readonly path: readonly string[]; readonly flag: string }>> = {
  backup: { path: ['backup', 'file'], flag: '--backup' },
  migrations: { path: ['migrations', 'directory'], flag: '--migrations' },
  tool: { path: ['migrations', 'tool'], flag: '--tool' },
  postgresVersion: { path: ['server', 'postgresVersion'], flag: '--postgres-version' },
  provider: { path: ['server', 'provider'], flag: '--provider' },
  rdsMaxHours: { path: ['server', 'rds', 'maxHours'], flag: '--max-hours' },
  rdsCustomEndpoint: { path: ['server', 'rds', 'allowCustomEndpoint'], flag: '--allow-custom-endpoint' },
  scope: { path: ['rehearsal', 'scope'], flag: '--scope' },
  forwardOnly: { path: ['rehearsal', 'forwardOnly'], flag: '--forward-only' },
  certificate: { path: ['preflight', 'certificate'], flag: '--certificate' },
  certificateKey: { path: ['preflight', 'certificateKey'], flag: '--certificate-key' },
  region: { path: ['preflight', 'aws', 'region'], flag: '--region' },
  profile: { path: ['preflight', 'aws', 'profile'], flag: '--profile' },
  roleArn: { path: ['preflight', 'aws', 'roleArn'], flag: '--role-arn' },
  externalId: { path: ['preflight', 'aws', 'externalId'], flag: '--external-id' },
};

const givenFlags = (flags: ConfigFlags): readonly GivenFlag[] =>
  Object.entries(FLAGS).flatMap(([name, { path, flag }]) => {
    const value = valueAt(flags, [name]);
    return value === undefined
      ? []
      : [{ path, flag, value: ['--postgres-version', '--max-hours'].includes(flag) ? numberIfOne(value) : value }];
  });

export function layConfig(
  document: ConfigDocument | undefined,
  flags: ConfigFlags,
  env: Readonly<Record<string, string | undefined>>,
): Layers {
  const { value: top, fromEnvironment, problems } = substituteEnvironment(document?.value ?? {}, env);
  const own = isMapping(top) ? withoutEmptySections(top) : {};
  const { fitting: given, stray } = sortedByProvider(givenFlags(flags), own, flags.provider);
  const flagAt = new Map(given.map(({ path, flag }) => [pathText(path), flag]));
  const where = (path: ConfigPath): string => {
    const line = document?.lineOf(path);
    return flagAt.get(pathText(path)) ?? [document?.name ?? '', line].filter((part) => part !== undefined).join(':');
  };
  return {
    value: given.reduce(
      (value, { path, value: wanted }) => withValue(value, path, wanted),
      flags.backup === undefined ? own : withoutBackupSource(own, flags.backup),
    ),
    problems: [
      ...problems.map(({ path, expected, found }) => ({ where: where(path), path: pathText(path), expected, found })),
      ...stray,
    ],
    where,
    origin: (path) => originOf(path),
    template: (path) => (flagAt.has(pathText(path)) ? undefined : fromEnvironment.get(pathText(path))),
    isFlag: (path) => flagAt.has(pathText(path)),
  };

  function originOf(path: ConfigPath): string | undefined {
    const key = pathText(path);
    if (flagAt.has(key)) return `flag ${flagAt.get(key)}`;
    if (valueAt(own, path) === undefined) return undefined;
    const variables = fromEnvironment.get(key)?.variables;
    return variables ? `environment ${variables.join(', ')}` : `file ${where(path)}`;
  }
}

/** A section whose keys are all commented out is `null` in YAML and means the defaults. */
const withoutEmptySections = (top: Mapping): Mapping =>
  Object.fromEntries(Object.entries(top).filter(([, section]) => section !== null));

const numberIfOne = (value: unknown): unknown =>
  typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
