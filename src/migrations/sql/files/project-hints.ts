import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LayoutId } from '../layouts/layout.ts';

export interface ProjectHint {
  readonly layout: LayoutId;
  /** What gave it away: `go.mod`. */
  readonly file: string;
}

/** Which tools the project names, looked for from the folder of migrations up to the project's. */
export function projectHints(directory: string, projectFolder: string): ProjectHint[] {
  const seen = new Set<LayoutId>();
  return foldersBetween(directory, projectFolder)
    .flatMap((folder) => SIGNS.filter((sign) => isSign(join(folder, sign.file), sign.pattern)))
    .filter(({ layout }) => !seen.has(layout) && seen.add(layout))
    .map(({ layout, file }) => ({ layout, file }));
}

interface Sign extends ProjectHint {
  readonly pattern?: RegExp;
}

const SIGNS: readonly Sign[] = [
  { layout: 'diesel', file: 'diesel.toml' },
  { layout: 'golang-migrate', file: 'go.mod', pattern: /golang-migrate\/migrate/ },
  { layout: 'sqlx', file: 'Cargo.toml', pattern: /^\s*(?:\[.*)?sqlx\b/m },
  { layout: 'sqlx', file: 'sqlx.toml' },
  { layout: 'sqlx', file: '.sqlx' },
];

function isSign(path: string, pattern: RegExp | undefined): boolean {
  if (!existsSync(path)) return false;
  return pattern === undefined || pattern.test(readFileSync(path, 'utf8'));
}

function foldersBetween(directory: string, projectFolder: string): string[] {
  const folders = [directory];
  for (let folder = directory; folder !== projectFolder && folder !== dirname(folder);) {
    folder = dirname(folder);
    folders.push(folder);
  }
  return folders.includes(projectFolder) ? folders : [directory, projectFolder];
}
