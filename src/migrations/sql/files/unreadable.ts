import { PgrehearseError } from '../../../support/errors.ts';

/** Some of the files would be missed or misread if we went on without them. */
export const unreadable = (reason: string, names: readonly string[], hint: string): PgrehearseError =>
  new PgrehearseError('MIGRATIONS_UNREADABLE', `${reason}: ${names.join(', ')}.`, { hint, details: { files: names } });
