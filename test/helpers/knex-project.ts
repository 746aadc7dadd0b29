import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { knexTool } from '../../src/migrations/knex/index.ts';
import type { MigrationSource } from '../../src/migrations/source.ts';

export interface KnexProject extends AsyncDisposable {
  readonly folder: string;
  /** What the user's code has printed so far. */
  output(): string;
  source(options?: Readonly<Record<string, unknown>>, directory?: string): MigrationSource;
}

/** A project of a user's on disk: `{ 'migrations/001_a.js': '…' }`. Its knex is ours, unless there is none. */
export async function aKnexProject(
  files: Readonly<Record<string, string>>,
  { installed = true }: { readonly installed?: boolean } = {},
): Promise<KnexProject> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'pgrehearse-knex-')));
  for (const [path, content] of Object.entries({ 'package.json': '{ "private": true }', ...files })) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  if (installed) await symlink(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'));
  let printed = '';
  const onOutput = (text: string): void => {
    printed += text;
  };
  return {
    folder,
    output: () => printed,
    source: (options = {}, directory) =>
      knexTool.create({
        projectFolder: folder,
        options,
        onOutput,
        ...(directory !== undefined && { directory }),
      }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A migration that runs SQL. */
export const sqlMigration = (up: string, down = 'select 1', config = ''): string =>
  `exports.up = (knex) => knex.raw(${JSON.stringify(up)});
exports.down = (knex) => knex.raw(${JSON.stringify(down)});
${config}`;
