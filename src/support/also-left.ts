import { isPgrehearseError, PgrehearseError, toError } from './errors.ts';

/** What went wrong, and what stays and costs because of it. An interruption stays one. */
export function alsoLeft(error: unknown, left: PgrehearseError): PgrehearseError {
  const { code } = isPgrehearseError(error) && error.code === 'INTERRUPTED' ? error : left;
  const { hint, details } = left;
  return new PgrehearseError(code, `${toError(error).message} ${left.message}`, { cause: error, hint, details });
}
