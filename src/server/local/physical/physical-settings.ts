import { PgrehearseError } from '../../../support/errors.ts';
import type { ControlFacts } from './control-file.ts';

/** What the files themselves ask for; the user's settings come after. */
export const settingsFor = (control: ControlFacts | undefined): Readonly<Record<string, string>> => ({
  // Transactions that were prepared come back with the recovery, however many there may have been.
  ...(control && { max_prepared_transactions: String(Math.max(10, control.maxPreparedTransactions)) }),
  ...(control?.trackCommitTimestamp && { track_commit_timestamp: 'on' }),
});

/** A copy of production must not act as production: nothing is archived, fetched, replicated or run on a schedule. */
export const TAMED = {
  archive_cleanup_command: '',
  archive_command: '',
  archive_mode: 'off',
  max_logical_replication_workers: '0',
  primary_conninfo: '',
  primary_slot_name: '',
  recovery_end_command: '',
  restore_command: '',
} as const;

/** @throws {PgrehearseError} `CONFIG_INVALID` for a setting that would let it act as production */
export function assertTame(settings: Readonly<Record<string, string>>): void {
  const wild = Object.keys(settings).find((name) => name.toLowerCase() in TAMED || WILD.test(name));
  if (wild === undefined) return;
  throw new PgrehearseError(
    'CONFIG_INVALID',
    `server.settings.${wild} is not for a server that is a copy of production.`,
    {
      hint: `Leave \`${wild}\` out of server.settings: the copy archives nothing and follows nobody.`,
    },
  );
}

const WILD = /^(?:archive_|recovery_target|synchronous_standby_names$|sync_replication_slots$)/i;
