import type { StepFailure } from '../recording/recording.ts';
import { redact } from '../support/redact.ts';
import { raisedMessage } from './raised-message.ts';

export interface FailureOptions {
  /** Values of rows may stay in the message. */
  readonly showValues?: boolean;
  /** What the server said, where the tool has since put text of its own into the error's message. */
  readonly serverMessage?: string | undefined;
  /** The SQL text that failed, where the adapter knows it: what is in it literally was not taken from a row. */
  readonly statement?: string | undefined;
}

/** What may be recorded of an error of the driver, the tool or the user's own code. `detail` holds rows and is dropped. */
export function failureOf(error: unknown, options: FailureOptions = {}): StepFailure {
  const sqlState = sqlStateOf(error);
  const hint = textOf(error, 'hint');
  const position = Number(textOf(error, 'position') ?? Number.NaN);
  return {
    message: redact(sqlState === undefined ? messageOf(error) : publicMessage(error, sqlState, options)),
    ...(sqlState !== undefined && { sqlState }),
    ...(hint !== undefined && !isRaised(error, sqlState) && { hint: redact(hint) }),
    ...(Number.isSafeInteger(position) && position > 0 && { position }),
  };
}

function publicMessage(error: unknown, sqlState: string, options: FailureOptions): string {
  const { showValues = false, statement, serverMessage: message = messageOf(error) } = options;
  if (showValues) return message;
  if (isRaised(error, sqlState)) return raisedMessage(message, { statement, context: textOf(error, 'where') });
  return sqlState.startsWith('22') ? blankValues(message) : message;
}

/** PL/pgSQL composed the message: `RAISE` and `ASSERT` put values of rows into it, under any SQLSTATE. */
function isRaised(error: unknown, sqlState: string | undefined): boolean {
  const routine = textOf(error, 'routine');
  if (routine === undefined) return sqlState === 'P0001' || sqlState === 'P0004';
  return routine === 'exec_stmt_raise' || routine === 'exec_stmt_assert';
}

/**
 * From the first quote to the last, whatever marks the server's language uses: a value may itself hold quotes.
 * Encoding errors show bytes as `0x…`.
 */
const blankValues = (message: string): string =>
  message.replace(/(["'«»„“”])[\s\S]*(["'«»„“”])/, '$1…$2').replaceAll(/\b0x[0-9a-f]+\b/gi, '0x…');

/** Errors of JavaScript and of Node's network have no SQLSTATE, though some have a `code`. */
function sqlStateOf(error: unknown): string | undefined {
  const code = textOf(error, 'code');
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && textOf(error, 'severity') !== undefined ? code : undefined;
}

/** `AggregateError`s of a refused connection have an empty message; their code says more. */
const messageOf = (error: unknown): string =>
  textOf(error, 'message') || textOf(error, 'code') || (error instanceof Error ? error.name : String(error));

function textOf(error: unknown, key: string): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' ? value : undefined;
}
