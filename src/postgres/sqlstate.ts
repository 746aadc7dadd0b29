import { codeOf, toError } from '../support/errors.ts';

/** What the driver says when `query_timeout` is over; it has no code. */
export const DRIVER_TIMEOUT = 'Query read timeout';

export const INSUFFICIENT_PRIVILEGE = '42501';
export const LOCK_NOT_AVAILABLE = '55P03';
export const QUERY_CANCELED = '57014';

/**
 * Which of its errors the server gave (PostgreSQL's appendix A). A time limit of the driver counts as one of the server.
 * Undefined: the error is not the server's.
 */
export function sqlStateOf(thrown: unknown): string | undefined {
  if (toError(thrown).message === DRIVER_TIMEOUT) return QUERY_CANCELED;
  const code = codeOf(thrown);
  return code !== undefined && SQLSTATE.test(code) && !isOfSystem(thrown) ? code : undefined;
}

/** Any five: PL/pgSQL may raise what is in no list. */
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** EPIPE has five characters as well. */
const isOfSystem = (thrown: unknown): boolean => thrown instanceof Error && 'syscall' in thrown;
