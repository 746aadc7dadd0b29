import { extname, join } from 'node:path';

import knex from 'knex';

import type { DatabaseTarget } from '../../../src/server/provider.ts';
import type { History } from './oracle.ts';

interface Folder {
  readonly directory: string;
  readonly loadExtensions?: readonly string[];
}

/** A folder of migrations as knex itself runs them, without anything of ours. */
export async function plainKnex(folder: Folder, anywhere: DatabaseTarget): Promise<History> {
  const names = await withKnex(anywhere, folder, async (tool) => {
    const [, pending] = (await tool.migrate.list()) as [unknown, { file: string }[]];
    return pending.map(({ file }) => file);
  });
  const load = async (name: string): Promise<Record<string, unknown>> => {
    const module = (await import(join(folder.directory, name))) as Record<string, unknown>;
    const inner = extname(name) === '.mjs' ? undefined : module['default'];
    return (inner ?? module) as Record<string, unknown>;
  };
  const withoutDown = new Set<string>();
  for (const name of names) if (typeof (await load(name))['down'] !== 'function') withoutDown.add(name);
  return {
    names,
    bookkeeping: ['knex_migrations*'],
    hasDown: (name) => !withoutDown.has(name),
    up: (target, name) => withKnex(target, folder, (tool) => tool.migrate.up({ name })),
    down: (target, name) => withKnex(target, folder, (tool) => tool.migrate.down({ name })),
  };
}

async function withKnex<Result>(
  { connectionString }: DatabaseTarget,
  { directory, loadExtensions }: Folder,
  act: (tool: knex.Knex) => Promise<Result>,
): Promise<Result> {
  const tool = knex({
    client: 'pg',
    connection: connectionString,
    pool: { min: 0, max: 2 },
    migrations: { directory, ...(loadExtensions && { loadExtensions }) },
    log: { warn: () => {}, error: () => {}, debug: () => {}, deprecate: () => {} },
  });
  try {
    return await act(tool);
  } finally {
    await tool.destroy();
  }
}
