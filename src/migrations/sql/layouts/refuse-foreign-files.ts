import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedFile } from './group-by-version.ts';
import { unreadable } from '../files/unreadable.ts';

/**
 * Stops before a rehearsal that would silently leave out what production runs: migrations written as code, and files
 * that hold both directions under a marker of another tool.
 */
export function refuseForeignFiles(
  folder: string,
  names: readonly string[],
  parsed: readonly Pick<NamedFile, 'name'>[],
): void {
  const known = new Set(parsed.map(({ name }) => name));
  const code = names.filter((name) => !known.has(name) && isMigrationInCode(name));
  if (code.length > 0) {
    throw unreadable(
      'Only SQL can be rehearsed, and some migrations are code',
      code,
      'Rehearse with a tool that can run them.',
    );
  }
  const marked = [...known].filter((name) => MARKER.test(readFileSync(join(folder, name), 'latin1')));
  if (marked.length > 0) {
    throw unreadable(
      'These files hold up and down under markers of goose or sql-migrate',
      marked,
      'Those layouts are not supported.',
    );
  }
}

/** `7_fill.up.go`, `0007_fill.go`; not a test beside it and not an editor's copy. */
const isMigrationInCode = (name: string): boolean =>
  (/^[Vv]?\d+[._-].*\.(?:up|down)\..+$/.test(name) && !/\.(?:bak|old|orig|rej|swp|tmp)$|~$/.test(name)) ||
  (/^[Vv]?\d+[._-].*\.(?:go|rs|js|cjs|mjs|ts|cts|mts|py|rb|php|java|kt|cs|exs?|fizz)$/.test(name) &&
    !/[._](?:test|spec)\.\w+$/.test(name));

const MARKER = /^[ \t]*--[ \t]*\+(?:goose|migrate)[ \t]+(?:up|down)\b/im;
