import { type BackupExamination, examineBackup, examineClients } from '../backup/index.ts';
import type { LivingConfig } from '../config/load-config.ts';
import { detectTool } from '../migrations/index.ts';
import type { AwsSettings } from '../preflight/aws/aws.ts';
import { examineAws } from '../preflight/aws/examine-aws.ts';
import { SERVER_PROVIDERS } from '../server/index.ts';
import type { ServerNews } from '../server/provider.ts';
import { stateFolder } from '../support/state-folder.ts';
import { type ExaminedConfig, examineConfig, type Question } from './configuration.ts';
import { ailments, type Group, type Line, type Need, neededBy } from './diagnosis.ts';
import { examineLeftBehind } from './left-behind.ts';
import { examineMachine } from './machine.ts';
import { examineMigrations } from './migrations.ts';
import { examineServers } from './servers.ts';

export interface DoctorOptions {
  /** Try every provider that can be tried, and ask AWS whatever the config says. */
  readonly all: boolean;
  /** How the pre-flight would reach AWS. */
  readonly awsSettings: (config: LivingConfig) => AwsSettings;
  readonly onGroup: (group: Group) => void;
  readonly onNews: (news: ServerNews) => void;
}

export interface Diagnosis {
  readonly groups: readonly Group[];
  readonly isConfigValid: boolean;
  /** `false`: neither a file nor a flag says what is rehearsed. */
  readonly hasConfig: boolean;
  /** Commands of ours that this config is for, and what they lack. */
  readonly ailments: Readonly<Partial<Record<Need, readonly Line[]>>>;
}

/** The main path: one part after the other, each said when it is known. What is missing is a line, never an exception. */
export async function diagnose(question: Question, options: DoctorOptions, signal: AbortSignal): Promise<Diagnosis> {
  const { all, onGroup, onNews } = options;
  const groups: Group[] = [];
  const say = (group: Group): void => {
    if (group.lines.length === 0) return;
    groups.push(group);
    onGroup(group);
  };
  const examined = await examineConfig(question, signal);
  const backup = await backupOf(examined, signal);
  say({ id: 'machine', title: 'Machine', lines: neededBy('run', await examineMachine(backup.bytes)) });
  say({ id: 'config', title: 'Configuration', lines: examined.lines });
  say({ id: 'backup', title: 'Backup', lines: neededBy('run', backup.prerequisites) });
  say({ id: 'migrations', title: 'Migrations', lines: await migrationLines(examined, signal) });
  const wish = wishOf(examined, backup, all);
  for await (const group of examineServers(wish, onNews, signal)) say(group);
  say({
    id: 'aws',
    title: 'AWS, for preflight and verify',
    lines: await awsLines(examined, question, options, signal),
  });
  const leftBehind = await examineLeftBehind(stateFolder(question.env));
  say({ id: 'left-behind', title: 'Left by earlier runs', lines: leftBehind });
  return {
    groups,
    isConfigValid: examined.isValid,
    hasConfig: !examined.isValid || examined.config.settings.some(({ origin }) => origin !== 'default'),
    ailments: {
      run: ailments(groups, 'run'),
      ...(examined.hasPreflight && { preflight: ailments(groups, 'preflight') }),
    },
  };
}

async function backupOf({ config, isValid }: ExaminedConfig, signal: AbortSignal): Promise<BackupExamination> {
  const { backup, projectFolder, server } = config;
  if (backup) {
    const provider = SERVER_PROVIDERS.find(({ kind }) => kind === server.provider);
    return examineBackup({ ...backup, serverBringsClients: provider?.bringsClients ?? false }, projectFolder, signal);
  }
  const clients = await examineClients(signal);
  const none = { name: 'backup', state: 'found', detail: 'none: a rehearsal starts from an empty database' } as const;
  return { prerequisites: isValid ? [none, ...clients] : clients };
}

/** Without a config and without traces of a tool nobody has asked for a rehearsal yet. */
async function migrationLines({ config, isValid }: ExaminedConfig, signal: AbortSignal): Promise<readonly Line[]> {
  const { file, projectFolder, migrations, backup } = config;
  const isAsked = file !== undefined || backup !== undefined || Object.keys(migrations).length > 1;
  if (isAsked) return neededBy('run', await examineMigrations(config, signal));
  if (isValid && (await detectTool(projectFolder))) return examineMigrations(config, signal);
  return [];
}

function wishOf(
  { config }: ExaminedConfig,
  { prerequisites, serverMajor, extensions = [], isBase = false, dumpVersion }: BackupExamination,
  all: boolean,
): Parameters<typeof examineServers>[0] {
  const { server, projectFolder } = config;
  const postgresVersion = server.postgresVersion ?? serverMajor;
  return {
    server: {
      ...server,
      ...(postgresVersion !== undefined && { postgresVersion }),
      ...(server.postgresVersion === undefined && { isMajorOfBackup: true }),
    },
    projectFolder,
    backup: {
      extensions,
      hasPgRestore: prerequisites.some(({ name, state }) => name === 'pg_restore' && state === 'found'),
      ...(isBase && serverMajor !== undefined && { baseMajor: serverMajor }),
      ...(dumpVersion !== undefined && { dumpVersion }),
    },
    all,
  };
}

async function awsLines(
  { production, hasPreflight }: ExaminedConfig,
  { env }: Question,
  { all, awsSettings }: Pick<DoctorOptions, 'all' | 'awsSettings'>,
  signal: AbortSignal,
): Promise<readonly Line[]> {
  if (!hasPreflight && !all) return [];
  if (production?.preflight.aws === 'off') return [];
  if (hasPreflight && !production) {
    const detail = 'not asked, since the section preflight is not valid';
    return neededBy('preflight', [{ name: 'AWS', state: 'unknown', detail }]);
  }
  const prerequisites = await examineAws(production ? awsSettings(production) : {}, env, signal);
  return hasPreflight ? neededBy('preflight', prerequisites) : prerequisites;
}
