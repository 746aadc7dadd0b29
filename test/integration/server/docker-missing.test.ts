import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, test } from 'vitest';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rehearsal-test-'));
  chmodSync(folder, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Circumstances {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly uid?: number;
}

/** What a process of its own says that wants a server in Docker; testcontainers looks at its surroundings once. */
async function complaint({ env, ...further }: Circumstances): Promise<string> {
  const holder = ['--import', 'tsx', 'test/contracts/hold-any-server.ts', 'docker'];
  const { PATH = '' } = process.env;
  return await promisify(execFile)(process.execPath, holder, { env: { PATH, HOME: folder, ...env }, ...further }).then(
    ({ stdout }) => `started ${stdout}`,
    (error: unknown) => (error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)),
  );
}

test.each([
  ['unix:///nowhere/docker.sock', /at unix:\/\/\/nowhere\/docker\.sock: there is no such socket\./],
  ['tcp://127.0.0.1:1', /at tcp:\/\/127\.0\.0\.1:1: nothing listens there\./],
  ['ssh://me:s3cret@127.0.0.1', /at ssh:\/\/127\.0\.0\.1: testcontainers does not speak ssh\.[^]*ssh -N -L/],
  ['nonsense', /at nonsense: that is no address\./],
])('with DOCKER_HOST=%s the reason and the mend are said, and no other engine is taken', async (host, message) => {
  const said = await complaint({ env: { DOCKER_HOST: host } });
  expect(said).toMatch(message);
  expect(said).toMatch(/SERVER_UNAVAILABLE/);
  expect(said).toMatch(/server\.provider: local/);
  expect(said).not.toContain('s3cret');
});

test('a socket that one may not use is told from one that is not there', async () => {
  const path = join(folder, 'closed.sock');
  const server = createServer().listen(path);
  await new Promise((resolve) => server.once('listening', resolve));
  chmodSync(path, 0o000);
  try {
    const uid = process.getuid?.() === 0 ? { uid: 65_534 } : {};
    const said = await complaint({ env: { DOCKER_HOST: `unix://${path}` }, ...uid });
    expect(said).toMatch(/may not use the socket\.[^]*usermod -aG docker/);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

test('without the package testcontainers the line that installs it is said', async () => {
  const project = join(folder, 'project');
  for (const part of ['src', 'test/contracts', 'test/helpers', 'package.json', 'tsconfig.json'])
    cpSync(part, join(project, part), { recursive: true });
  mkdirSync(join(project, 'node_modules'));
  for (const name of readdirSync('node_modules').filter((one) => one !== 'testcontainers'))
    symlinkSync(join(realpathSync('node_modules'), name), join(project, 'node_modules', name));
  const said = await complaint({ cwd: project });
  expect(said).toMatch(
    /The provider docker needs the package testcontainers\.[^]*npm install --save-dev testcontainers@11/,
  );
});
