import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { inlineWaivers } from '../inline-waivers.ts';
import type { Migration } from '../source.ts';
import type { ListedMigration } from './messages.ts';

/** Adds what can be read off the files: checksum and waivers. */
export async function describeMigration(
  { name, file, reversible }: ListedMigration,
  previous: string | undefined,
  onOutput: (text: string) => void,
): Promise<Migration> {
  const files = file === undefined ? [] : [file, ...(await sidecarsOf(file))];
  const sources = await Promise.all(files.map((path) => readFile(path)));
  const written = sources.map((source) => inlineWaivers(source.toString('utf8')));
  for (const text of written.flatMap(({ misspelt }) => misspelt)) onOutput(`${name}: not a waiver: ${text}\n`);
  const hash = createHash('sha256');
  for (const source of sources) hash.update(`${source.length}:`).update(source);
  return {
    id: name,
    dependsOn: previous === undefined ? [] : [previous],
    reversible,
    files,
    ...(files.length > 0 && { checksum: hash.digest('hex') }),
    waivers: written.flatMap(({ waivers }) => waivers),
  };
}

/** Many projects keep the SQL beside the module that reads it: `001_users.js`, `001_users.up.sql`. */
async function sidecarsOf(file: string): Promise<string[]> {
  const stem = file.slice(0, file.length - extname(file).length);
  const candidates = ['.up.sql', '.down.sql', '.sql'].map((end) => `${stem}${end}`).filter((path) => path !== file);
  const found = await Promise.all(candidates.map(exists));
  return candidates.filter((_, index) => found[index]);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
