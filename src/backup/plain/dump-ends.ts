import { PgrehearseError } from '../../support/errors.ts';

/** Notices whether a dump is all there: what pg_dump begins with a heading it ends with another. */
export interface DumpEnds {
  comment(text: string): void;
  unfinished(inside: string): void;
  /** @throws {PgrehearseError} `BACKUP_UNREADABLE` */
  check(): void;
}

export function dumpEnds(file: string): DumpEnds {
  let begun = 0;
  let complete = 0;
  let unfinished: string | undefined;
  return {
    comment: (text) => {
      if (HEADINGS.has(text)) begun += 1;
      if (TRAILERS.has(text)) complete += 1;
    },
    unfinished: (inside) => {
      unfinished = inside;
    },
    check: () => {
      if (unfinished !== undefined) throw truncated(file, `it ends inside of ${unfinished}`);
      if (complete < begun) throw truncated(file, `pg_dump's last line, "${[...TRAILERS][0]}", is missing`);
    },
  };
}

export const HEADINGS: ReadonlySet<string> = new Set(['PostgreSQL database dump', 'PostgreSQL database cluster dump']);
export const TRAILERS: ReadonlySet<string> = new Set([
  'PostgreSQL database dump complete',
  'PostgreSQL database cluster dump complete',
]);

const truncated = (file: string, how: string): PgrehearseError =>
  new PgrehearseError('BACKUP_UNREADABLE', `The backup ${file} is cut short: ${how}.`, {
    hint: 'The dump was stopped, the disk was full, or the copy is not complete. Make or copy it again.',
  });
