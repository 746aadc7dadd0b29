import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ensureLonePackage } from './npm-packages.ts';

/** Migrations that a package brings, written by others. */
export interface Corpus {
  /** With its version, so that what is in it stays the same. */
  readonly npm: string;
  readonly folder: string;
  /** What becomes of the ways back, found out once with plain knex and `pg_dump`; the numbers of migrations. */
  readonly waysBack: Readonly<Record<string, number>>;
  readonly loadExtensions?: readonly string[];
}

/** knex on Postgres, by three makers. None of the migrations needs more than knex itself. */
export const KNEX_CORPORA: readonly Corpus[] = [
  {
    npm: '@backstage/plugin-catalog-backend@4.0.0',
    folder: 'migrations',
    waysBack: { restores: 40, 'restores, columns moved': 3, 'leaves changes': 2 },
  },
  {
    npm: '@cumulus/db@21.0.0',
    folder: 'dist/migrations',
    waysBack: { restores: 26, 'leaves changes': 1, 'does nothing': 1 },
    loadExtensions: ['.js'],
  },
  {
    npm: '@drodil/backstage-plugin-qeta-backend@4.0.5',
    folder: 'migrations',
    waysBack: { restores: 41, fails: 10 },
  },
];

export interface CorpusProject extends Disposable {
  /** What is rehearsed: a config, and our knex for the migrations to be run by. */
  readonly folder: string;
  readonly directory: string;
}

/** Brings the package and writes a config that rehearses all of it from an empty database. */
export async function corpusProject(corpus: Corpus, postgresVersion: number): Promise<CorpusProject> {
  const directory = join(await ensureLonePackage(corpus.npm), corpus.folder);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pgrehearse-corpus-')));
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'));
  const { loadExtensions } = corpus;
  const config = {
    server: { postgresVersion },
    migrations: { tool: 'knex', directory, ...(loadExtensions && { loadExtensions }) },
    rehearsal: { scope: 'all' },
  };
  writeFileSync(join(folder, 'pgrehearse.config.json'), JSON.stringify(config));
  return { folder, directory, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
