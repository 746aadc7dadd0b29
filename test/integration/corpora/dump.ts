import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { DatabaseTarget } from '../../../src/server/provider.ts';

/** What `pg_dump` writes of a database, in forms to compare. */
export interface Dump {
  /** As written: schema, contents and columns in their order. */
  readonly everything: string;
  /** The schema as a sorted list of `object | line`, with columns in their order … */
  readonly ordered: readonly string[];
  /** … and without any order of columns. */
  readonly lines: readonly string[];
}

/** Dumps with a `pg_dump` of the server's own major, so that nothing is translated. */
export async function dump(
  { host, port, user, password, database }: DatabaseTarget,
  leaveOut: readonly string[],
): Promise<Dump> {
  const args = ['--no-sync', ...leaveOut.map((pattern) => `--exclude-table=${pattern}`)];
  const env = { ...process.env, PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password };
  const { stdout } = await promisify(execFile)(PG_DUMP, [...args, database], { env, maxBuffer: 2 ** 28 });
  const text = stdout.replaceAll(/^\\(?:un)?restrict .*$/gm, '').replaceAll(/^SET default_\w+ = .*;$/gm, '');
  const objects = objectsOf(text);
  return {
    everything: text,
    ordered: objects.flatMap(({ head, body }) => body.map((line, place) => `${head} | ${place} ${line}`)).toSorted(),
    lines: objects.flatMap(({ head, body }) => sortedColumns(body).map((line) => `${head} | ${line}`)).toSorted(),
  };
}

/** Stands in the last object, whichever that is. */
const END = '-- PostgreSQL database dump complete';

interface DumpedObject {
  readonly head: string;
  readonly body: readonly string[];
}

function objectsOf(text: string): DumpedObject[] {
  const [, ...parts] = text.split(/^-- (?=(?:Data for )?Name: .*; Type: )/m);
  return parts
    .map((part) => {
      const [head = '', ...body] = part.split('\n').filter((line) => line !== '' && line !== '--' && line !== END);
      return { head, body: body.map((line) => line.trimEnd()) };
    })
    .filter(({ head }) => !/^Data for |; Type: SEQUENCE SET;/.test(head));
}

/** The lines between `CREATE TABLE … (` and `)`, without the commas that depend on their order. */
function sortedColumns(body: readonly string[]): readonly string[] {
  const opening = body.findIndex((line) => /^CREATE (?:\w+ )*TABLE .*\($/.test(line));
  const closing = body.findIndex((line, place) => place > opening && line.startsWith(')'));
  if (opening === -1 || closing === -1) return body;
  const columns = body.slice(opening + 1, closing).map((line) => line.replace(/,$/, ''));
  return [...body.slice(0, opening + 1), ...columns.toSorted(), ...body.slice(closing)];
}

/** Lines that only one of the two has: `- ` gone, `+ ` new. */
export function difference(before: readonly string[], after: readonly string[]): string[] {
  return [...without(before, after).map((line) => `- ${line}`), ...without(after, before).map((line) => `+ ${line}`)];
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

/** The major of the servers that are dumped: the one whose client programs Debian 12 has. */
export const DUMPED_MAJOR = 15;

const DEBIANS = join('/usr/lib/postgresql', String(DUMPED_MAJOR), 'bin', 'pg_dump');

const PG_DUMP = existsSync(DEBIANS) ? DEBIANS : 'pg_dump';

/** Why no server of that major can be dumped here. Where the tests are to be complete that is a failure. */
export async function whyNoDump(): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(PG_DUMP, ['--version']);
    const major = Number(/(\d+)/.exec(stdout)?.[1]);
    if (major >= DUMPED_MAJOR) return undefined;
    throw new Error(`This machine has only ${stdout.trim()}.`);
  } catch (error) {
    if (!['', '0', 'false', undefined].includes(process.env['CI'])) throw error;
    return String(error);
  }
}
