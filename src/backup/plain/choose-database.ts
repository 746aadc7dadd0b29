import { PgrehearseError } from '../../support/errors.ts';
import type { LocatedBackup } from '../locate.ts';
import { openText } from './open-text.ts';
import { psqlCommand } from './psql-command.ts';
import { scanSql, type SqlPart } from './scan-sql.ts';

/**
 * The one database of a cluster's dump that holds anything. Reads the whole file.
 *
 * @throws {PgrehearseError} `BACKUP_UNREADABLE` when there are several: which one is meant cannot be known
 */
export async function chooseDatabase(
  { path, compression }: LocatedBackup,
  signal: AbortSignal,
): Promise<string | undefined> {
  const filled = new Set<string>();
  let current: string | undefined;
  for await (const parts of scanSql(openText(path, compression, signal).chunks)) {
    for (const part of parts) {
      current = connected(part) ?? current;
      if (current !== undefined && holdsSomething(part)) filled.add(current);
    }
  }
  const names = [...filled].toSorted();
  if (names.length > 1) throw several(path, names);
  return names[0] ?? current;
}

function connected(part: SqlPart): string | undefined {
  if (part.kind !== 'meta') return undefined;
  const command = psqlCommand(part.command);
  return command.kind === 'connect' ? command.database : undefined;
}

function holdsSomething(part: SqlPart): boolean {
  if (part.kind === 'copy') return true;
  return part.kind === 'statement' && CONTENTS.test(part.sql.toString('latin1', 0, 100));
}

const CONTENTS =
  /^(insert|create\s+(or\s+replace\s+)?(table|unlogged|foreign\s+table|view|materialized|function|procedure|type|domain|sequence|aggregate)\b)/i;

const several = (path: string, names: readonly string[]): PgrehearseError =>
  new PgrehearseError('BACKUP_UNREADABLE', `The dump ${path} holds several databases: ${names.join(', ')}.`, {
    hint: 'Dump the one to be rehearsed with `pg_dump`, not `pg_dumpall`.',
  });
