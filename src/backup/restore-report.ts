import type { RestoreComplaint } from '../recording/recording.ts';
import { complaint, withoutValues, type RestoreError } from './complaint.ts';
import { explanation } from './explained.ts';

/** Accounts for every error of one restore: explained, or a complaint. */
export interface RestoreReport {
  error(error: RestoreError): void;
  /** Something that is no statement's fault. */
  complain(message: string): void;
  /** A warning of the server or of pg_restore: passed on, unless something was left out. */
  warning(message: string): void;
  /** The backup needs an extension that the server lacks; errors that say so are explained by it. */
  lacks(extension: string): void;
  complaints(): readonly RestoreComplaint[];
  missingExtensions(): readonly string[];
}

export function restoreReport(onWarning: (message: string) => void = () => {}): RestoreReport {
  const complaints: RestoreComplaint[] = [];
  const missing = new Set<string>();
  let aborted = 0;
  return {
    error: (error) => {
      if (error.sqlState === IN_FAILED_TRANSACTION || error.message.startsWith(ABORTED)) aborted += 1;
      else if (explanation(error, missing) === undefined) complaints.push(complaint(error));
    },
    complain: (message) => complaints.push({ message }),
    warning: (message) => {
      if (LEFT_OUT.test(message)) complaints.push({ message: withoutValues(message) });
      else if (!HARMLESS.test(message)) onWarning(`During the restore: ${withoutValues(message)}.`);
    },
    lacks: (extension) => missing.add(extension),
    complaints: () => [...complaints, ...(aborted > 0 ? [notRun(aborted)] : [])],
    missingExtensions: () => [...missing].toSorted(),
  };
}

const IN_FAILED_TRANSACTION = '25P02';
const ABORTED = 'current transaction is aborted';

const LEFT_OUT = /^(no|not all) privileges (were|could be) (granted|revoked)/;
/** A dump may end a transaction that it has not begun; publications need another wal_level to be of use, not to exist. */
const HARMLESS = /^(there is (no|already a) transaction in progress|wal_level is insufficient)/;

const notRun = (statements: number): RestoreComplaint => ({
  message: `${statements} more statements of the backup were not run, because their transaction had failed`,
});
