import type { RestoreComplaint } from '../recording/recording.ts';
import { statementHead } from './sql/statement-head.ts';

/** An error of the server during a restore, wherever it was read. */
export interface RestoreError {
  /** The server's first line only, without `ERROR:`. */
  readonly message: string;
  readonly sqlState?: string;
  readonly statement?: string;
  /** The server's DETAIL; of it only the columns of a key are shown. */
  readonly detail?: string;
}

/** What the user reads of an error: which statement, what was wrong; no value of a row. */
export function complaint({ message, sqlState, statement, detail = '' }: RestoreError): RestoreComplaint {
  const [, columns] = /^Key (\(.*?\))=/.exec(detail) ?? [];
  const shown = sqlState === RAISED ? 'a function of the database raised an exception' : withoutValues(message);
  const text = columns === undefined ? shown : `${shown}, key ${columns}`;
  const head = statement === undefined ? '' : statementHead(statement);
  return {
    message: sqlState === undefined ? text : `${text} (SQLSTATE ${sqlState})`,
    ...(head !== '' && { object: head }),
  };
}

/** Names stay, every other quoted text may come from a row. */
export const withoutValues = (message: string): string =>
  message
    .replaceAll(/(\b[\w-]+\s+)?"([^"]*)"/g, (whole: string, before: string | undefined) =>
      NAMES_AFTER.has(before?.trim().toLowerCase() ?? '') ? whole : `${before ?? ''}"…"`,
    )
    .replaceAll(/=\s*\((.*)\)/g, '=(…)')
    .replaceAll(/(\b0x[0-9a-f]{2}\b ?)+/gi, '… ')
    .trim();

/** Its text is the user's own and may hold anything. */
const RAISED = 'P0001';

/** `relation "orders"`: the word before tells that a name follows. */
const NAMES_AFTER: ReadonlySet<string> = new Set(
  `access aggregate attribute collation column configuration constraint conversion database dictionary domain encoding
  enum event extension family function group index key language method module namespace object operator option parameter
  parser partition policy procedure publication relation role routine rule schema sequence server slot statistics
  subscription table tablespace template trigger type user view wrapper named for library file entry copy restore`.split(
    /\s+/,
  ),
);
