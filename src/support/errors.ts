/**
 * Everything that can stop pgrehearse itself, in one catalogue.
 *
 * A migration that fails is not in here: that is a result, kept in the recording.
 * Each entry is explained in `docs/errors.md`; a test keeps the two lists in step.
 */
const CATALOGUE = {
  CONFIG_NOT_FOUND: { exitCode: 2, hint: 'Pass a config file, or a folder that holds pgrehearse.config.yaml.' },
  CONFIG_INVALID: {
    exitCode: 2,
    hint: 'README, docs/servers.md, docs/backups.md and docs/preflight.md have every key with an example.',
  },
  CONFIG_EXISTS: {
    exitCode: 2,
    hint: '`pgrehearse init --print` shows what would be written; nothing is ever overwritten.',
  },
  USAGE: { exitCode: 2, hint: '`pgrehearse --help` lists commands and flags.' },
  CHECK_UNKNOWN: { exitCode: 2, hint: '`pgrehearse explain` without an argument lists every check.' },
  RECORDING_UNREADABLE: { exitCode: 2, hint: 'Pass the recording.json that `pgrehearse run --out DIR` wrote.' },
  OUTPUT_UNWRITABLE: { exitCode: 3, hint: 'Pass another folder with `--out`.' },
  BACKUP_NOT_FOUND: {
    exitCode: 2,
    hint: '`backup.file` is relative to the config file, `--backup` to the folder you are in.',
  },
  BACKUP_UNREADABLE: { exitCode: 3, hint: 'Make the backup again with pg_dump and check its size.' },
  BACKUP_TOOL_MISSING: {
    exitCode: 3,
    hint: 'Install the PostgreSQL client, or give a plain SQL dump, which needs no client.',
  },
  BACKUP_NEWER_THAN_TOOLS: {
    exitCode: 3,
    hint: 'Install a PostgreSQL client at least as new as the one that made the backup.',
  },
  MASKING_FAILED: { exitCode: 2, hint: 'Mend the SQL of `backup.masking`. Nothing was rehearsed.' },
  SERVER_BINARIES_MISSING: {
    exitCode: 3,
    hint: 'Install that major, or name a folder of binaries with `server.binaries`. `pgrehearse doctor` lists those that are found.',
  },
  SERVER_UNAVAILABLE: {
    exitCode: 3,
    hint: 'The server log above says why; `pgrehearse doctor` looks at all that a server needs.',
  },
  DISK_FULL: { exitCode: 3, hint: 'Free some space, or rehearse where there is more.' },
  SERVER_REFUSED: {
    exitCode: 2,
    hint: 'Name another server in `server.url`: nothing is ever rehearsed on production.',
  },
  SERVER_NOT_REMOVED: {
    exitCode: 3,
    hint: 'It costs money until it is deleted. `pgrehearse preflight --clean-up` and the next run try again.',
  },
  SERVER_RIGHTS_MISSING: { exitCode: 3, hint: 'docs/servers.md says which rights the role of `server.url` needs.' },
  MIGRATIONS_NOT_FOUND: { exitCode: 2, hint: '`migrations.directory` is relative to the config file.' },
  MIGRATIONS_UNREADABLE: {
    exitCode: 2,
    hint: 'Run the migration tool itself once to see whether it can load the files.',
  },
  MIGRATION_TOOL_UNKNOWN: {
    exitCode: 2,
    hint: 'Name the tool with `migrations.tool`, and its folder with `migrations.directory`.',
  },
  MIGRATION_TOOL_FAILED: { exitCode: 3, hint: 'Run the migration tool itself once to see whether it works.' },
  DATABASE_UNREACHABLE: { exitCode: 3, hint: 'Check address, network and password of `preflight.url`.' },
  AWS_PACKAGE_MISSING: { exitCode: 3, hint: 'npm install --save-dev the AWS packages that the README names.' },
  AWS_UNAVAILABLE: {
    exitCode: 3,
    hint: 'Check credentials and region; `AWS_REGION` and profiles work as in the AWS CLI.',
  },
  CERTIFICATE_UNREADABLE: { exitCode: 2, hint: 'Pass the certificate.json that `pgrehearse run` wrote.' },
  RECEIPT_UNREADABLE: { exitCode: 2, hint: 'Pass the receipt.json that `pgrehearse preflight` wrote.' },
  KEY_UNREADABLE: { exitCode: 2, hint: 'Keys are Ed25519 in PEM: `openssl genpkey -algorithm ed25519`.' },
  INTERRUPTED: { exitCode: 130, hint: 'What was started has been removed.' },
} as const satisfies Record<string, { exitCode: 2 | 3 | 130; hint: string }>;

export type ErrorCode = keyof typeof CATALOGUE;

/** Every code in the catalogue, for the documentation test. */
export const ERROR_CODES: readonly string[] = Object.keys(CATALOGUE);

export interface PgrehearseErrorOptions extends ErrorOptions {
  /** Replaces the catalogue's hint where the call site knows better. */
  readonly hint?: string;
  /** Facts for machines and bug reports. Never secrets: they are printed with `--json`. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** pgrehearse could not do its work. `code` is stable across minor versions; the message is not. */
export class PgrehearseError extends Error {
  override readonly name = 'PgrehearseError';
  readonly code: ErrorCode;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: PgrehearseErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.hint = options.hint ?? CATALOGUE[code].hint;
    this.details = options.details ?? {};
  }

  /** 2: the caller can mend it (config, input). 3: the surroundings failed. 130: interrupted. */
  get exitCode(): 2 | 3 | 130 {
    return CATALOGUE[this.code].exitCode;
  }
}

/** Copes with two copies of this package in one process, where `instanceof` would say no. */
export const isPgrehearseError = (value: unknown): value is PgrehearseError =>
  value instanceof Error && value.name === 'PgrehearseError' && 'code' in value;

/** What the system, Node.js, the driver or a library calls the error: `ENOENT`, an SQLSTATE. */
export function codeOf(thrown: unknown): string | undefined {
  const code: unknown = typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, 'code') : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** JavaScript may throw anything; from here on it is an `Error`. */
export const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
