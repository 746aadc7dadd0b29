import { Option } from 'commander';
import { REPORTERS } from '../reports/index.ts';
import { FAIL_ON } from './exit-codes.ts';

/** Options that several commands share, so that they are the same everywhere. */
export const jsonOption = (): Option => new Option('--json', 'print one JSON document on stdout and nothing else');

export const quietOption = (): Option => new Option('--quiet', 'no progress, only the result');

export const failOnOption = (): Option =>
  new Option('--fail-on <severity>', 'exit 1 from this severity on').choices([...FAIL_ON]).default('error');

export const formatOption = (): Option =>
  new Option('--format <format>', 'how to print the result').choices(REPORTERS.map(({ id }) => id)).default('terminal');

export const configOption = (): Option =>
  new Option('--config <path>', 'take checks and waivers from this config (default: the one in this folder, if any)');

export const baselineOption = (): Option =>
  new Option('--baseline <recording>', 'compare durations with an earlier recording');

/** What a rehearsal can be told without a config file. Each replaces the value of the same name in the file. */
export const rehearsalOptions = (): Option[] => [
  new Option('--backup <file>', 'the backup to restore (custom, directory, tar, plain SQL)'),
  new Option('--migrations <dir>', 'the folder of migrations'),
  new Option('--tool <name>', 'the migration tool (knex, sql); detected when absent'),
  new Option('--postgres-version <major>', "major version of the server (default: the backup's)"),
  new Option('--provider <kind>', 'where the server runs: local, docker, external, rds'),
  new Option('--scope <scope>', 'which migrations: pending, all, last:N'),
  new Option('--forward-only', 'never take a migration back'),
];

/** Where production, its certificate and AWS are. Each replaces the value of the same name in the file. */
export const productionOptions = (): Option[] => [
  new Option('--migrations <dir>', 'the folder of migrations'),
  new Option('--tool <name>', 'the migration tool (knex, sql); detected when absent'),
  new Option('--certificate <file>', 'what `pgrehearse run` wrote (default: .pgrehearse/certificate.json)'),
  new Option('--certificate-key <file>', 'public key that the certificate must be signed with'),
  new Option('--region <region>', 'region of AWS'),
  new Option('--profile <name>', 'profile of the AWS configuration'),
  new Option('--role-arn <arn>', 'role to assume'),
  new Option('--external-id <id>', 'external id that the role asks for'),
  new Option('--out <dir>', 'where the result goes (default: .pgrehearse beside the config)'),
];
