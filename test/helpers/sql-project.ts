import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { sqlTool } from '../../src/migrations/sql/index.ts';
import type { MigrationSource } from '../../src/migrations/source.ts';

/** A project of SQL files in a folder of its own; `using` removes it. */
export interface SqlProject extends Disposable {
  readonly folder: string;
  /** What the adapter said while it read the folder. */
  readonly output: string[];
  source(options?: Readonly<Record<string, unknown>>, given?: { readonly showValues?: boolean }): MigrationSource;
}

/** Keys are paths from the project's folder. */
export function sqlProject(files: Readonly<Record<string, string | Uint8Array>>): SqlProject {
  const folder = mkdtempSync(join(tmpdir(), 'pgrehearse-sql-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const output: string[] = [];
  return {
    folder,
    output,
    source: (options = {}, given = {}) =>
      sqlTool.create({ projectFolder: folder, options, onOutput: (text) => void output.push(text), ...given }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** `{ '1_a.up.sql': … }` in the folder `migrations`. */
export const migrationsProject = (files: Readonly<Record<string, string | Uint8Array>>): SqlProject =>
  sqlProject(Object.fromEntries(Object.entries(files).map(([name, content]) => [`migrations/${name}`, content])));

export const noSignal = new AbortController().signal;
