import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

import type { DatabaseTarget } from '../../src/server/provider.ts';

/** What `pg_dump --create --schema-only` writes, as entries in no order, each with its lines in no order of meaning. */
export async function dumpSchema(target: DatabaseTarget): Promise<readonly string[]> {
  const text = await run(
    program('pg_dump'),
    ['--schema-only', '--create', ...address(target), target.database],
    target,
  );
  return toEntries(text);
}

/** What `pg_dumpall --globals-only` writes: roles, memberships, settings, tablespaces. */
export async function dumpGlobals(target: DatabaseTarget): Promise<readonly string[]> {
  const text = await run(program('pg_dumpall'), ['--globals-only', ...address(target)], target);
  return withoutNoise(text).toSorted();
}

const address = ({ host, port, user }: DatabaseTarget): string[] => ['-h', host, '-p', String(port), '-U', user];

async function run(file: string, args: readonly string[], { password }: DatabaseTarget): Promise<string> {
  const env = { ...process.env, PGPASSWORD: password, PGTZ: 'UTC' };
  const { stdout } = await promisify(execFile)(file, [...args], { env, maxBuffer: 1 << 28 });
  return stdout;
}

/** The newest that is needed is that of 15; a wrapper on the PATH may pick another. */
function program(name: string): string {
  const debians = `/usr/lib/postgresql/15/bin/${name}`;
  return existsSync(debians) ? debians : name;
}

const withoutNoise = (text: string): string[] =>
  text.split('\n').filter((line) => !/^\\(un)?restrict /.test(line) && line !== '');

/**
 * One entry per object. `SET default_tablespace` and the like stand before the entries they are for; what they say is
 * added to these, so that entries can be compared one by one.
 */
function toEntries(text: string): string[] {
  const entries: string[] = [];
  const defaults = new Map<string, string>();
  for (const block of withoutNoise(text)
    .join('\n')
    .split(/\n--\n(?=-- Name: )/)) {
    const [header = '', ...body] = block.split('\n');
    const type = /; Type: ([^;]+);/.exec(header)?.[1] ?? '';
    const placed = PLACED.has(type) ? [...defaults.values()] : [];
    const lines: string[] = [];
    for (const line of body) {
      const setting = /^SET (default_\w+) = /.exec(line);
      if (setting) defaults.set(String(setting[1]), line);
      else lines.push(line);
    }
    const normal = lines.map(sortOptions);
    entries.push(
      [header, ...placed, ...(inNoOrder(type, lines) ? normal.map(dropComma).toSorted() : normal)].join('\n'),
    );
  }
  return entries.toSorted();
}

const PLACED = new Set(['TABLE', 'INDEX', 'CONSTRAINT', 'MATERIALIZED VIEW']);

/** The order of columns is physical, that of grants an accident; that of the labels of an enum is neither. */
const inNoOrder = (type: string, lines: readonly string[]): boolean =>
  ['TABLE', 'FOREIGN TABLE', 'ACL', 'DEFAULT ACL', 'DATABASE PROPERTIES'].includes(type) ||
  (type === 'TYPE' && lines.some((line) => line.endsWith(' AS (')));

const dropComma = (line: string): string => line.replace(/,$/, '');

const sortOptions = (line: string): string =>
  line.replaceAll(/WITH \(([^()]*)\)/g, (_, options: string) => `WITH (${options.split(', ').toSorted().join(', ')})`);
