import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The last lines of what a server said while it started; no statement has run by then. */
export async function lastLogLines(logFolder: string): Promise<string> {
  const [early, later] = await Promise.all([read(join(logFolder, STARTUP_LOG)), read(join(logFolder, CSV_LOG))]);
  const lines = early.split('\n').filter((line) => line !== '' && !/ending log output|Future log output/.test(line));
  return [...lines, ...csvRecords(later).flatMap(asLines)].slice(-LAST_LINES).join('\n');
}

/** Before the logging collector takes over, a server talks to its standard error. */
export const STARTUP_LOG = 'startup.log';

/** `log_filename` with the ending that csvlog gives it. */
const CSV_LOG = 'postgresql.csv';

const LAST_LINES = 12;

const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

/** Columns of csvlog: 11 severity, 13 message, 14 detail, 15 hint (from 0). */
const asLines = (record: readonly string[]): string[] => [
  `${record[11] ?? ''}:  ${record[13] ?? ''}`,
  ...(record[14] ? [`DETAIL:  ${record[14]}`] : []),
  ...(record[15] ? [`HINT:  ${record[15]}`] : []),
];

function csvRecords(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    record.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
    if (end !== '\n') continue;
    records.push(record);
    record = [];
  }
  return records;
}
