import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const VERSION = 'v4.18.3';

/** The real `migrate`, built once with the machine's Go. A text says why it cannot be had. */
export async function ensureGolangMigrate(): Promise<{ readonly binary: string } | { readonly missing: string }> {
  const folder = join(CACHE, `golang-migrate-${VERSION}`);
  const binary = join(folder, 'migrate');
  if (existsSync(binary)) return { binary };
  try {
    await run('go', ['version']);
  } catch {
    return { missing: 'There is no Go on this machine to build golang-migrate with.' };
  }
  await mkdir(CACHE, { recursive: true });
  const unfinished = await mkdtemp(`${folder}-`);
  try {
    await run('go', ['install', '-tags', 'postgres', `github.com/golang-migrate/migrate/v4/cmd/migrate@${VERSION}`], {
      env: { ...process.env, GOBIN: unfinished },
    });
    await rename(unfinished, folder).catch((error: unknown) => {
      if (!existsSync(binary)) throw error;
    });
    return { binary };
  } catch (error) {
    if (!['', '0', 'false', undefined].includes(process.env['CI'])) throw error;
    return { missing: `golang-migrate could not be built: ${String(error).split('\n', 1)[0]}` };
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

const run = promisify(execFile);

const CACHE = join(dirname(fileURLToPath(import.meta.url)), '../../node_modules/.cache/pgrehearse-tests');
