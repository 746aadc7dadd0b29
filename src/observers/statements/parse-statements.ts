import { parse } from 'csv-parse/sync';
import type { StatementRecord } from '../../recording/recording.ts';
import { withoutPasswords } from './without-passwords.ts';

export interface LogLine {
  readonly database: string;
  readonly application: string;
}

/**
 * Statements in the order in which they ended, from lines of the server's CSV log. The extended protocol logs parse, bind
 * and execute apart; they are one statement here.
 *
 * @see https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-LOGGING-CSVLOG
 */
export function parseStatements(log: string, isWanted: (line: LogLine) => boolean): StatementRecord[] {
  const statements: StatementRecord[] = [];
  const preparedMs = new Map<string, number>();
  for (const line of parse(log, { relax_column_count: true })) {
    const session = line[COLUMN.session] ?? '';
    if (!isWanted({ database: line[COLUMN.database] ?? '', application: line[COLUMN.application] ?? '' })) continue;
    const message = line[COLUMN.message] ?? '';
    const timed = DURATION.exec(message);
    if (timed?.groups) {
      const { ms, phase = '', sql = '' } = timed.groups;
      const earlierMs = preparedMs.get(session) ?? 0;
      if (phase.startsWith('parse') || phase.startsWith('bind')) preparedMs.set(session, earlierMs + Number(ms));
      else {
        preparedMs.delete(session);
        statements.push({ sql: withoutPasswords(sql.trim()), durationMs: round(earlierMs + Number(ms)) });
      }
    } else if (FAILED.has(line[COLUMN.severity] ?? '')) {
      preparedMs.delete(session);
      const sql = line[COLUMN.query]?.trim();
      if (sql) statements.push({ sql: withoutPasswords(sql) });
    }
  }
  return statements;
}

/** Places in a line of the CSV log; the same in 14 to 18. */
const COLUMN = { database: 2, session: 5, severity: 11, message: 13, query: 19, application: 22 } as const;

const FAILED = new Set(['ERROR', 'FATAL', 'PANIC']);

const DURATION = /^duration: (?<ms>[\d.]+) ms {2}(?<phase>statement|(?:parse|bind|execute) [^:]*): (?<sql>[^]*)$/;

const round = (ms: number): number => Math.round(ms * 1_000) / 1_000;
