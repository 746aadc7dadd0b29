import { yamlText } from './yaml-text.ts';

/** What goes into the file; what is absent is written as a comment. */
export interface ConfigFacts {
  readonly tool?: { readonly id: string; readonly why: string; readonly directory?: string };
  readonly backup?: { readonly file: string; readonly what: string; readonly others: readonly string[] };
}

/** A whole `pgrehearse.config.yaml`, with every key: those that are known, the others as comments with what they are for. */
export const configText = (facts: ConfigFacts): string =>
  [HEAD, serverSection(), backupSection(facts), migrationsSection(facts), rehearsalSection(), ...FURTHER]
    .map((part) => `${part.trimEnd()}\n`)
    .join('\n');

const HEAD = `# Written by pgrehearse init. What is commented out is an example of a key that it works without.
# Paths start at this file. \${NAME} reads the environment, which is the only place for a secret. Every key: README.md and docs/ of pgrehearse.`;

type Entry = readonly [text: string, explanation: string];

function section(name: string, on: readonly Entry[], off: readonly Entry[]): string {
  const lines = [...on.map(([text, say]) => [`  ${text}`, say]), ...off.map(([text, say]) => [`  # ${text}`, say])];
  return [
    `${name}:`,
    ...lines.map(([text = '', say = '']) => (say === '' ? text : `${text.padEnd(COLUMN)} # ${say}`)),
  ].join('\n');
}

/** Where explanations begin, where the value leaves room. */
const COLUMN = 48;

const serverSection = (): string =>
  section(
    'server',
    [['provider: local', 'a server of its own on this machine; or docker, external, rds: docs/servers.md']],
    [
      ['postgresVersion: 17', "left out: the backup's major"],
      ['settings: { timezone: Europe/Berlin }', 'as in production, where they matter'],
      ['binaries: ./pgsql/bin', 'local: a folder with postgres and initdb; left out: looked for'],
      ['image: postgres:17', 'docker: with your extensions; left out: the official one'],
      ['docker: { memoryGib: 4, cpus: 2 }', 'docker: limits; pull: missing | always | never; tmpfsGib'],
      ['url: ${REHEARSAL_SERVER_URL}', 'external: a server on which the role may create databases'],
      ['production: [prod.internal]', 'external: hosts and system identifiers where nothing is ever rehearsed'],
      ['rds: { identifier: shop }', 'rds: instance or cluster whose snapshot is rehearsed on'],
    ],
  );

function backupSection({ backup }: ConfigFacts): string {
  const on: Entry[] = backup ? [[`file: ${yamlText(`./${backup.file}`)}`, `found: ${backup.what}`]] : [];
  const others =
    backup?.others.map((file): Entry => [`file: ${yamlText(`./${file}`)}`, 'found as well, and older']) ?? [];
  return section('backup', on, [
    ...(backup ? others : [NO_FILE]),
    ['maxAgeHours: 48', 'a backup that is older is an error; left out: any age'],
    ['masking: ./mask.sql', 'run right after the restore, before anything is recorded'],
    ['command: [ssh, db.internal, pg_dump, -Fc, shop]', 'in place of file: writes a dump to its standard output'],
    ['url: ${STAGING_URL}', 'in place of file: a staging database or replica that is dumped'],
    ['excludeTableData: [audit.log]', 'with url: tables that come without rows'],
    ['s3: { region: eu-west-1 }', 'for a file such as s3://bucket/key; also profile, endpoint, versionId'],
    ['database: shop', 'of a base backup that holds several'],
    ['allowUnverified: true', 'takes a base backup without a manifest, and says so'],
  ]);
}

const NO_FILE: Entry = ['file: ./backup.dump', 'made by pg_dump, in any format; left out: an empty database'];

function migrationsSection({ tool }: ConfigFacts): string {
  const on: Entry[] = tool ? [[`tool: ${yamlText(tool.id)}`, `found: ${tool.why}`]] : [];
  const off: Entry[] = tool ? [] : [['tool: sql', 'knex | sql']];
  if (tool?.directory !== undefined) on.push([`directory: ${yamlText(`./${tool.directory}`)}`, '']);
  else
    off.push([
      'directory: ./migrations',
      tool?.id === 'knex' ? 'left out: as the knexfile says' : 'left out: looked for in the usual folders',
    ]);
  return section('migrations', on, off);
}

const rehearsalSection = (): string =>
  section(
    'rehearsal',
    [['scope: pending', 'what the backup does not hold yet; or all, last:N']],
    [['forwardOnly: true', 'never takes a migration back']],
  );

/** Parts that nobody needs to begin with. */
const FURTHER: readonly string[] = [
  `# Limits and severities; \`pgrehearse explain\` lists every check.
# checks: { step-too-slow: { maxMs: 60000 }, column-order-changed: off }`,
  `# Queries of your own, before and after every step. expect: unchanged | empty | a value
# invariants: [{ name: ledger balances, sql: select sum(amount) from ledger, expect: unchanged }]`,
  `# Findings that are accepted, with a reason and an end.
# waivers: [{ check: down-missing, migration: "20240101_x", reason: archived table, until: 2027-01-31 }]`,
  `# Before the real run: does production have a backup to go back to? docs/preflight.md
# preflight: { url: "\${DATABASE_URL}", aws: { region: eu-west-1 } }`,
  `# After it: did production end where the rehearsal ended? docs/preflight.md
# verify: { urls: [{ url: "https://shop.example/health" }] }`,
];
