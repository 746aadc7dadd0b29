import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PgrehearseError, toError } from '../../../support/errors.ts';
import { type HostSettings, isObject } from '../messages.ts';
import { buildConfig } from './build-config.ts';
import { type Closing, noticeClosing } from './closing.ts';
import { isKnex, isKnexFactory, type KnexLike } from './knex-like.ts';
import { rememberStatements } from './error-origin.ts';
import { loadKnexfile } from './load-knexfile.ts';

export interface LoadedKnex {
  readonly knex: KnexLike;
  /** Connections that the user's own pool may open. */
  readonly ownPoolMax: number;
  readonly closing: Closing;
}

/** The user's own knex with their own configuration; connects to nothing before it is used. */
export async function loadKnex(settings: HostSettings, onClosed: () => void): Promise<LoadedKnex> {
  const { knexfile, environment } = settings.options;
  const own = knexfile === undefined ? {} : await loadKnexfile(knexfile, environment);
  const factory = requireKnex([...(knexfile === undefined ? [] : [dirname(knexfile)]), settings.projectFolder]);
  const config = buildConfig(own, settings);
  try {
    const knex = factory(config);
    if (isKnex(knex)) rememberStatements(knex);
    if (isKnex(knex)) return { knex, ownPoolMax: poolMaxOf(own['pool']), closing: noticeClosing(knex, onClosed) };
  } catch (cause) {
    throw new PgrehearseError('MIGRATION_TOOL_FAILED', `knex does not start: ${toError(cause).message}`, {
      hint: 'Is `pg` installed beside knex in your project?',
      cause,
    });
  }
  throw new PgrehearseError('MIGRATION_TOOL_FAILED', 'What the project calls knex is not a knex with migrations.');
}

function requireKnex(folders: readonly string[]): (config: object) => unknown {
  for (const folder of folders) {
    const require = createRequire(join(folder, 'package.json'));
    let path: string;
    try {
      path = require.resolve('knex');
    } catch {
      continue;
    }
    const loaded: unknown = require(path);
    if (isKnexFactory(loaded)) return loaded;
  }
  throw new PgrehearseError(
    'MIGRATION_TOOL_FAILED',
    `knex is not installed in ${[...new Set(folders)].join(' or ')}.`,
    {
      hint: 'Run `npm install` in the project first: the migrations are run by its own knex.',
    },
  );
}

/** knex's default is 10. */
const poolMaxOf = (pool: unknown): number => (isObject(pool) && typeof pool['max'] === 'number' ? pool['max'] : 10);
