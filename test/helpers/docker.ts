import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Built from the programs of this machine, since nothing may be pulled in tests; see fixtures/docker. */
export const TEST_IMAGE = 'pgrehearse-test/postgres:15';

/**
 * Whether tests of `what` can run, for `describe.runIf`: a Docker Engine answers, and it has the image or can be given it. Says
 * why where not; with `CI` set that is a failure.
 */
export function hasDocker(what: string): boolean {
  try {
    run('docker', ['version', '--format', '{{.Server.Version}}']);
    run(BUILD, []);
    return true;
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    process.stderr.write(`Skipped: ${what}; there is no Docker Engine to try it on: ${said.trim()}\n`);
    return false;
  }
}

/** A corner of the engine for one file of tests: what others leave or run there is neither seen nor swept. */
export function ownDockerScope(): { readonly env: NodeJS.ProcessEnv } & Disposable {
  const before = process.env[SCOPE];
  const scope = `test-${randomBytes(6).toString('hex')}`;
  process.env[SCOPE] = scope;
  return {
    env: { [SCOPE]: scope },
    [Symbol.dispose]: () => {
      // Of a test that failed or ran out of time.
      const left = String(run('docker', ['ps', '--all', '--quiet', '--filter', `label=pgrehearse.scope=${scope}`]));
      for (const id of left.split('\n').filter(Boolean)) run('docker', ['rm', '--force', '--volumes', id]);
      if (before === undefined) delete process.env[SCOPE];
      else process.env[SCOPE] = before;
    },
  };
}

/** Containers in any state, volumes and networks that pgrehearse made in this scope, kept ones as well. */
export async function dockerInventory(): Promise<readonly string[]> {
  const lists = [
    ['container', 'ls', '--all', '--no-trunc', '--format', 'container {{.Names}}'],
    ['volume', 'ls', '--format', 'volume {{.Name}}'],
    ['network', 'ls', '--format', 'network {{.Name}}'],
  ];
  const filter = ['--filter', `label=pgrehearse.scope=${process.env[SCOPE] ?? 'default'}`];
  const found = await Promise.all(lists.map((list) => docker(...list, ...filter)));
  return found.flatMap((lines) => lines.split('\n')).filter((line) => line !== '');
}

/** Runs Docker's own client, an oracle from outside. */
export async function docker(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('docker', args, { maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}

const run = (program: string, args: readonly string[]): unknown =>
  execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 300_000 });

const SCOPE = 'PGREHEARSE_DOCKER_SCOPE';
const BUILD = fileURLToPath(new URL('../../fixtures/docker/build-image.sh', import.meta.url));
