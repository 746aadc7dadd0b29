import { PgrehearseError } from '../../support/errors.ts';

/** What a server may use where it runs. */
export interface Machine {
  readonly memoryBytes: number;
  /** Of `/dev/shm`; `undefined` where there is none. */
  readonly sharedMemoryBytes: number | undefined;
}

/** Settings of a server that nobody will miss: nothing is written twice or waited for. */
export function throwAwaySettings({ memoryBytes, sharedMemoryBytes }: Machine): Readonly<Record<string, string>> {
  return {
    autovacuum: 'off',
    checkpoint_timeout: '1h',
    default_text_search_config: 'pg_catalog.english',
    fsync: 'off',
    full_page_writes: 'off',
    lc_messages: 'C',
    log_checkpoints: 'off',
    log_timezone: 'UTC',
    maintenance_work_mem: megabytes(memoryBytes / 16, 64, 512),
    max_connections: '50',
    // A restore or an unwind may lock every table of a large schema in one transaction.
    max_locks_per_transaction: '512',
    max_prepared_transactions: '10',
    max_wal_size: '8GB',
    shared_buffers: megabytes(memoryBytes / 8, 128, 1024),
    synchronous_commit: 'off',
    timezone: 'UTC',
    wal_init_zero: 'off',
    wal_level: 'replica',
    // Docker gives a container 64 MB, with which a parallel query fails; files in the data directory do not run out.
    ...((sharedMemoryBytes ?? Infinity) < LEAST_SHARED_MEMORY_BYTES && { dynamic_shared_memory_type: 'mmap' }),
  };
}

/** What our own sessions and observers rely on; not for the user to change. */
export const reservedSettings = (folders: { readonly log: string; readonly socket: string | undefined }) =>
  ({
    listen_addresses: '127.0.0.1',
    ...logSettings(folders.log),
    password_encryption: 'scram-sha-256',
    unix_socket_directories: folders.socket ?? '',
    unix_socket_permissions: '0700',
  }) as const;

/** The log that observers read through SQL. */
export const logSettings = (folder: string) =>
  ({
    log_destination: 'csvlog',
    log_directory: folder,
    log_filename: 'postgresql.log',
    log_min_duration_statement: '0',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
    log_rotation_age: '0',
    log_rotation_size: '0',
    log_statement: 'none',
    logging_collector: 'on',
  }) as const;

/** The text of a postgresql.conf; the later setting wins. */
export const configurationText = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} = '${escape(value)}'\n`)
    .join('');

/** @throws {PgrehearseError} `CONFIG_INVALID` for a setting that is ours, or a name that would read as something else. */
export function assertSettable(settings: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(settings)) {
    if (OURS.has(name.toLowerCase())) {
      throw new PgrehearseError('CONFIG_INVALID', `server.settings.${name} is set by pgrehearse itself.`, {
        hint: `Leave \`${name}\` out of server.settings.`,
      });
    }
    if (!/^[a-z_][\w$]*(?:\.[a-z_][\w$]*)*$/i.test(name) || /^include/i.test(name)) {
      throw new PgrehearseError('CONFIG_INVALID', `server.settings: '${name}' is no name of a setting.`, {
        hint: 'The names are those of postgresql.conf.',
      });
    }
  }
}

/** Postgres does not mind the case of a name; two spellings of one setting would both be in the recording. */
export const lowerCased = (settings: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [name.toLowerCase(), value]));

const OURS: ReadonlySet<string> = new Set([
  ...Object.keys(reservedSettings({ log: '', socket: undefined })),
  'port',
  'data_directory',
  'config_file',
  'hba_file',
  'ident_file',
  'external_pid_file',
]);

const LEAST_SHARED_MEMORY_BYTES = 512 * 1024 * 1024;

const megabytes = (bytes: number, least: number, most: number): string =>
  `${Math.round(Math.min(most, Math.max(least, bytes / 1024 / 1024)))}MB`;

const escape = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll('\r', '\\r').replaceAll('\n', '\\n');
