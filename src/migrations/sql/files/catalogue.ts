import { isAbsolute, join, relative, resolve } from 'node:path';
import { PgrehearseError } from '../../../support/errors.ts';
import type { MigrationOptions } from '../../source.ts';
import { chooseLayout, LAYOUTS, type LayoutChoice } from './choose-layout.ts';
import { readFolder, type MigrationFolder } from './folder.ts';
import type { FolderContents } from '../layouts/layout.ts';
import type { SqlOptions } from '../options.ts';

/** Migrations as they are on disk. */
export interface Catalogue extends FolderContents, LayoutChoice {
  readonly folder: MigrationFolder;
}

/** Where projects keep them, in order of how common it is. */
export const USUAL_FOLDERS: readonly string[] = [
  'migrations',
  'db/migrations',
  'database/migrations',
  'sql/migrations',
  'db/migrate',
  'sql',
];

/** @throws {PgrehearseError} `MIGRATIONS_NOT_FOUND`, `MIGRATIONS_UNREADABLE` */
export function readCatalogue({ projectFolder, directory }: MigrationOptions, options: SqlOptions): Catalogue {
  const folder = findFolder(projectFolder, directory);
  const shown = shownPath(folder.path, projectFolder);
  const choice = options.layout
    ? { layout: LAYOUTS[options.layout], reason: 'set in the config', others: [] }
    : chooseLayout(folder, projectFolder);
  const contents = choice?.layout.read(folder);
  if (choice && contents && contents.migrations.length > 0) return { folder, ...choice, ...contents };
  const oneWay = folder.files.filter((name) => /^\d+_.*\.sql$/.test(name)).length;
  throw new PgrehearseError('MIGRATIONS_NOT_FOUND', `There are no SQL migrations in ${shown}.`, {
    hint:
      oneWay > 0
        ? `There are ${oneWay} numbered .sql files without a way back; if they are sqlx's, set migrations.layout to sqlx.`
        : 'Expected are N_title.up.sql and N_title.down.sql, or folders with up.sql and down.sql.',
  });
}

function findFolder(projectFolder: string, directory: string | undefined): MigrationFolder {
  if (directory !== undefined) {
    const folder = readFolder(resolve(projectFolder, directory));
    if (folder) return folder;
    throw new PgrehearseError('MIGRATIONS_NOT_FOUND', `There is no folder ${directory}.`, {
      details: { projectFolder },
    });
  }
  const folders = USUAL_FOLDERS.flatMap((name) => readFolder(join(projectFolder, name)) ?? []);
  const [first] = folders;
  const chosen = folders.find((folder) => chooseLayout(folder, projectFolder)) ?? first;
  if (chosen) return chosen;
  throw new PgrehearseError(
    'MIGRATIONS_NOT_FOUND',
    `There is no folder of migrations; looked for ${USUAL_FOLDERS.join(', ')}.`,
    {
      hint: 'Name it with `migrations.directory`.',
    },
  );
}

function shownPath(path: string, projectFolder: string): string {
  const inside = relative(projectFolder, path);
  return inside === '' || isAbsolute(inside) ? path : inside;
}
