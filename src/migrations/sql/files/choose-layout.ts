import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { diesel } from '../layouts/diesel.ts';
import type { MigrationFolder } from './folder.ts';
import { golangMigrate } from '../layouts/golang-migrate.ts';
import type { LayoutId, SqlLayout } from '../layouts/layout.ts';
import { projectHints } from './project-hints.ts';
import { sqlx } from '../layouts/sqlx.ts';

export interface LayoutChoice {
  readonly layout: SqlLayout;
  /** For people: `up and down files; go.mod names golang-migrate`. */
  readonly reason: string;
  /** Layouts that the same files could belong to; a bookkeeping table in the database decides. */
  readonly others: readonly SqlLayout[];
}

export const LAYOUTS: Readonly<Record<LayoutId, SqlLayout>> = { 'golang-migrate': golangMigrate, diesel, sqlx };

/** By what is on disk. `undefined`: no migrations of these layouts. */
export function chooseLayout(folder: MigrationFolder, projectFolder: string): LayoutChoice | undefined {
  const pairs = folder.files.some((name) => PAIRED.test(name));
  const dieselFolders = folder.folders.filter((name) => existsSync(join(folder.path, name, 'up.sql')));
  if (dieselFolders.length > 0 && !pairs) return { layout: diesel, reason: 'folders with up.sql', others: [] };
  const hint = projectHints(folder.path, projectFolder).filter(({ layout }) => layout !== 'diesel');
  if (pairs) return choosePaired(hint);
  const oneWay = folder.files.some((name) => ONE_WAY.test(name));
  const named = hint.find(({ layout }) => layout === 'sqlx');
  return oneWay && named
    ? { layout: sqlx, reason: `numbered files; ${basename(named.file)} names sqlx`, others: [] }
    : undefined;
}

/** golang-migrate and sqlx write the same pairs. Two tools named by the project are as good as none. */
function choosePaired(hints: ReturnType<typeof projectHints>): LayoutChoice {
  const [hint] = hints;
  if (hint && hints.length === 1) {
    const layout = LAYOUTS[hint.layout];
    return {
      layout,
      reason: `up and down files; ${hint.file} names ${layout.id}`,
      others: [golangMigrate, sqlx].filter((other) => other !== layout),
    };
  }
  return {
    layout: golangMigrate,
    reason: 'up and down files; taken for golang-migrate, nothing says otherwise',
    others: [sqlx],
  };
}

const PAIRED = /^(?:\d+_|[Vv]\d+[._]).*\.(?:up|down)\.\w+$/;
const ONE_WAY = /^\d+_.*\.sql$/;
