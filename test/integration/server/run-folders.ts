import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect as openSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { connect } from '../../../src/postgres/connect.ts';
import type { EphemeralServer } from '../../../src/server/provider.ts';

/** A temp folder of the test's own, so that other runs on the machine neither sweep nor are seen in it. */
export function ownTempFolder(): { readonly path: string } & Disposable {
  const before = process.env['TMPDIR'];
  const path = mkdtempSync(join(tmpdir(), 'rehearsal-test-'));
  chmodSync(path, 0o755);
  process.env['TMPDIR'] = path;
  return {
    path,
    [Symbol.dispose]: () => {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
      rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
}

export const runsIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.startsWith('pgrehearse-'));

export async function runFolderOf(server: EphemeralServer): Promise<string> {
  await using database = await connect(server.target('postgres').connectionString, { applicationName: 'test' });
  const [row] = await database.query<{ folder: string }>(
    `select pg_catalog.current_setting('data_directory') as folder`,
  );
  return dirname(row?.folder ?? '');
}

/** Command lines that name `folder`. */
export const processesNaming = (folder: string): string[] =>
  execFileSync('ps', ['-axo', 'stat=,command='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(folder) && !line.startsWith('Z'));

export const answersOn = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = openSocket(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).once('error', () => resolve(false));
  });
