import type { RestoreComplaint } from '../recording/recording.ts';
import { complaint, type RestoreError } from './complaint.ts';
import { explanation } from './explained.ts';

/** Accounts for every error of one restore: explained, or a complaint. */
export interface RestoreReport {
  error(error: RestoreError): void;
  /** Something that is no statement's fault. */
  complain(message: string): void;
  /** The backup needs an extension that the server lacks; errors that say so are explained by it. */
  lacks(extension: string): void;
  complaints(): readonly RestoreComplaint[];
  missingExtensions(): readonly string[];
}

export function restoreReport(): RestoreReport {
  const complaints: RestoreComplaint[] = [];
  const missing = new Set<string>();
  let aborted = 0;
  return {
    error: (error) => {
      if (error.sqlState === IN_FAILED_TRANSACTION || error.message.startsWith(ABORTED)) aborted += 1;
      else if (explanation(error, missing) === undefined) complaints.push(complaint(error));
    },
    complain: (message) => complaints.push({ message }),
    lacks: (extension) => missing.add(extension),
    complaints: () => [...complaints, ...(aborted > 0 ? [notRun(aborted)] : [])],
    missingExtensions: () => [...missing].toSorted(),
  };
}

const IN_FAILED_TRANSACTION = '25P02';
const ABORTED = 'current transaction is aborted';

const notRun = (statements: number): RestoreComplaint => ({
  message: `${statements} more statements of the backup were not run, because their transaction had failed`,
});
