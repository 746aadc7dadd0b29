import { PgrehearseError } from '../../support/errors.ts';

/** The text goes after "The base backup … cannot be used: ". */
export const damaged = (path: string, how: string, hint = COPY_AGAIN, cause?: unknown): PgrehearseError =>
  new PgrehearseError('BACKUP_UNREADABLE', `The base backup ${path} cannot be used: ${how}.`, {
    hint,
    ...(cause !== undefined && { cause }),
  });

const COPY_AGAIN = 'It is damaged or not complete. Make or copy the backup again.';
