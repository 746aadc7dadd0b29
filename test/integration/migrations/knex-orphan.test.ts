import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

import { afterAll, test } from 'vitest';

import { aKnexProject } from '../../helpers/knex-project.ts';
import { startTestServer } from '../../helpers/servers.ts';

const MAIN = new URL('../../../src/cli/main.ts', import.meta.url).pathname;

interface Process {
  readonly pid: string;
  readonly parent: string;
  readonly command: string;
}

async function processes(): Promise<Process[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,args=']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid && parent && command ? [{ pid, parent, command }] : [];
  });
}

afterAll(async () => {
  // A start removes what else a dead run has left: its server.
  await (await startTestServer())[Symbol.asyncDispose]();
});

test.concurrent.for([
  ['busy in JavaScript', 'for (;;);'],
  ['busy while it is loaded', '', 'for (;;);'],
  ['waiting for another program', "require('node:child_process').execFileSync('sleep', ['20']);"],
])(
  'a migration %s does not outlive a run that is killed',
  async ([, inUp, inModule = ''], { expect, onTestFinished }) => {
    const say = "require('node:fs').writeSync(1, 'here it hangs\\n');";
    await using project = await aKnexProject({
      'knexfile.js': "module.exports = { client: 'pg' };",
      'migrations/001_a.js': `${inModule && say}${inModule}
      exports.up = async () => { ${say} ${inUp} }; exports.down = async () => {};`,
    });
    const run = spawn(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), MAIN, 'run', '--migrations', 'migrations'],
      { cwd: project.folder },
    );
    let output = '';
    run.stderr.on('data', (text: Buffer) => {
      output += String(text);
    });
    await expect.poll(() => output, { timeout: 90_000 }).toContain('here it hangs');
    const host = (await processes()).find(
      ({ parent, command }) => parent === String(run.pid) && command.includes('host'),
    );
    expect(host?.command).toContain('migrations/knex/host.ts');

    const exited = once(run, 'exit');
    run.kill('SIGKILL');
    await exited;
    const left = async (): Promise<Process[]> => (await processes()).filter(({ pid }) => pid === host?.pid);
    onTestFinished(async () => {
      for (const { pid } of await left()) process.kill(Number(pid), 'SIGKILL');
    });
    await expect.poll(left, { timeout: 5_000 }).toEqual([]);
  },
);
