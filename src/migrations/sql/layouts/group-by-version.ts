import { readSqlFile, type SqlMigration } from '../files/sql-migration.ts';
import type { Direction } from '../../../recording/recording.ts';
import { join } from 'node:path';

/** A file name, taken apart. */
export interface NamedFile {
  readonly name: string;
  /** Digits as written, perhaps with leading zeros. */
  readonly digits: string;
  readonly title: string;
  readonly direction: Direction;
  /** The name without the ending that tells the direction. */
  readonly stem: string;
}

/**
 * Puts each up together with the down of the same number, as the tools do: titles need not agree. Two ups (or downs) of
 * one number become two migrations with one id, so that the graph can name both.
 */
export function groupByVersion(folder: string, files: readonly NamedFile[]): SqlMigration[] {
  const groups = new Map<bigint, NamedFile[]>();
  for (const file of files) {
    const version = BigInt(file.digits);
    groups.set(version, [...(groups.get(version) ?? []), file]);
  }
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([version, group]) => migrationsOf(folder, String(version), group));
}

function migrationsOf(folder: string, version: string, group: readonly NamedFile[]): SqlMigration[] {
  const ups = group.filter(({ direction }) => direction === 'up');
  const downs = group.filter(({ direction }) => direction === 'down');
  const count = Math.max(ups.length, downs.length);
  return Array.from({ length: count }, (_, index) => {
    const up = ups[index];
    const down = downs[index];
    const named = up ?? down;
    return {
      id: count > 1 ? (group[0]?.digits ?? version) : (named?.stem ?? version),
      version,
      title: named?.title ?? '',
      ...(up && { up: readSqlFile(join(folder, up.name)) }),
      ...(down && { down: readSqlFile(join(folder, down.name)) }),
    };
  });
}
