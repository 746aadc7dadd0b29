import type { Database } from '../../postgres/connect.ts';
import { INSUFFICIENT_PRIVILEGE, LOCK_NOT_AVAILABLE, QUERY_CANCELED, sqlStateOf } from '../../postgres/sqlstate.ts';
import { toError } from '../../support/errors.ts';
import { redact } from '../../support/redact.ts';
import { isKnown, known, unknown, type Reading } from '../reading.ts';

interface Question {
  /** What is asked for, as the report names it: `prepared transactions`. */
  readonly about: string;
  /** Tried in order: a form that this server does not know (older, Aurora) gives way to the next. */
  readonly sql: string | readonly [string, ...string[]];
  readonly values?: readonly unknown[];
  /** Grant without which it is refused. */
  readonly needs?: string;
}

/** Asks one question after the other; one that fails never stops the rest. */
export interface Interview {
  /** Rows with their NULLs left out. Rejects only when the signal is aborted. */
  rows<Row extends object>(question: Question): Promise<Reading<readonly Row[]>>;
  /** The first row; unknown where there is none. */
  row<Row extends object>(question: Question): Promise<Reading<Row>>;
  /** Questions that ran into a lock or a time limit. */
  readonly blocked: readonly string[];
}

/** @param deadline as `Date.now()` counts; questions after it stay unanswered. */
export function startInterview(database: Database, deadline: number, signal: AbortSignal): Interview {
  const blocked: string[] = [];
  const rows = async <Row extends object>(question: Question): Promise<Reading<readonly Row[]>> => {
    const forms = typeof question.sql === 'string' ? [question.sql] : question.sql;
    let failure: unknown;
    for (const sql of forms) {
      signal.throwIfAborted();
      if (Date.now() > deadline) return unknown(`no time was left to ask for ${question.about}`);
      try {
        return known((await database.query<Row>(sql, question.values)).map(withoutNulls));
      } catch (error) {
        signal.throwIfAborted();
        failure = error;
        if (!OTHER_FORM.has(sqlStateOf(error))) break;
      }
    }
    if (BLOCKED.has(sqlStateOf(failure))) blocked.push(question.about);
    return reasonFor(question, failure);
  };
  return { rows, row: async (question) => firstOf(await rows(question), question), blocked };
}

function firstOf<Row>(reading: Reading<readonly Row[]>, { about }: Question): Reading<Row> {
  if (!isKnown(reading)) return reading;
  const [first] = reading.value;
  return first === undefined ? unknown(`the server gave no answer about ${about}`) : known(first);
}

/** A reading of the same knowledge in another form. */
export const mapKnown = <From, To>(reading: Reading<From>, change: (value: From) => To): Reading<To> =>
  isKnown(reading) ? known(change(reading.value)) : reading;

function reasonFor({ about, needs }: Question, failure: unknown): Reading<never> {
  const state = sqlStateOf(failure);
  if (BLOCKED.has(state)) return unknown(`catalog access was blocked while asking for ${about}`);
  if (OTHER_FORM.has(state)) return unknown(`this server does not tell about ${about}: ${messageOf(failure)}`);
  if (state === INSUFFICIENT_PRIVILEGE) return unknown(`${about}: ${messageOf(failure)}`, needs ?? 'pg_monitor');
  return unknown(`asking for ${about} failed: ${messageOf(failure)}`);
}

const BLOCKED: ReadonlySet<string | undefined> = new Set([LOCK_NOT_AVAILABLE, QUERY_CANCELED]);

/** feature_not_supported, object_not_in_prerequisite_state, and undefined function, column, table. */
const OTHER_FORM: ReadonlySet<string | undefined> = new Set(['0A000', '55000', '42883', '42703', '42P01']);

const messageOf = (error: unknown): string => redact(toError(error).message).replace(/\.$/, '');

function withoutNulls<Row extends object>(row: Row): Row {
  for (const [name, value] of Object.entries(row)) if (value === null) Reflect.deleteProperty(row, name);
  return row;
}

/** ISO-8601 UTC of a timestamp, in SQL. */
export const iso = (timestamp: string): string =>
  `to_char(${timestamp} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Seconds from a timestamp until now, in SQL. */
export const secondsSince = (timestamp: string): string =>
  `extract(epoch FROM clock_timestamp() - ${timestamp})::float8`;
