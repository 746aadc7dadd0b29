import { readFileSync } from 'node:fs';

import type { ProjectFiles } from './place.ts';

/** A dump of two customers. */
export const SEED = `create table customers (id integer primary key, email text not null);
insert into customers values (1, 'ada@example.com'), (2, 'bob@example.com');
`;

export const VIP = ['alter table customers add vip boolean;', 'alter table customers drop vip;'] as const;

export const SLEEP = 'select pg_sleep(120);';

export interface Parts {
  /** `{ '0001_vip': [up, down] }` */
  readonly sql?: Readonly<Record<string, readonly [up: string, down: string]>>;
  /** `{ '001_vip.js': … }`; the knexfile is `knexfile` or an empty one. */
  readonly knex?: Readonly<Record<string, string>>;
  readonly knexfile?: string;
  readonly seed?: string;
  readonly masking?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly backup?: Readonly<Record<string, unknown>>;
  readonly files?: ProjectFiles['files'];
}

/** A project that is safe, unless the parts say something else. */
export function project({ sql = { '0001_vip': VIP }, knex, seed = SEED, masking, ...parts }: Parts = {}): ProjectFiles {
  const pairs = Object.entries(sql).flatMap(([name, [up, down]]) => [
    [`migrations/${name}.up.sql`, up],
    [`migrations/${name}.down.sql`, down],
  ]);
  const modules = Object.entries(knex ?? {}).map(([name, text]) => [`migrations/${name}`, text]);
  return {
    config: {
      backup: { file: './seed.sql', ...(masking !== undefined && { masking: './masking.sql' }), ...parts.backup },
      migrations: { tool: knex ? 'knex' : 'sql', directory: './migrations' },
      ...parts.config,
    },
    files: {
      'seed.sql': seed,
      'package.json': '{ "private": true }',
      ...(masking !== undefined && { 'masking.sql': masking }),
      ...(knex && { 'knexfile.js': parts.knexfile ?? `module.exports = { client: 'pg' };\n` }),
      ...(Object.fromEntries(knex ? modules : pairs) as Record<string, string>),
      ...parts.files,
    },
  };
}

/** A migration of knex with JavaScript in its way there. */
export const knexMigration = (up: string): string =>
  `exports.up = async (knex) => { ${up} };\nexports.down = async () => {};\n`;

/** An archive whose contents are spoilt and whose table of contents is not. */
export function damagedArchive(): Buffer {
  const archive = readFileSync('fixtures/backups-by-major/shop-15.dump');
  const middle = Math.floor(archive.length / 2);
  return archive.fill(0, middle, middle + 4_096);
}

/** `$PPID` of the shell is the session's process. */
const killing = (whom: string): string => `copy (select 1) to program 'kill -9 ${whom}; sleep 1';`;

export const KILL_SESSION = killing('$PPID');

export const KILL_SERVER = killing('$(ps -o ppid= -p $PPID)');
