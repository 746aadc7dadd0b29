import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

import { connect } from '../../src/postgres/connect.ts';
import { quoteIdentifier } from '../../src/postgres/identifiers.ts';
import type { EphemeralServer, ServerProvider, ServerSpec } from '../../src/server/provider.ts';

/** Where a provider is tried. */
export interface ProviderRig {
  readonly provider: ServerProvider;
  /** Asked for late: a server may have to be started first. */
  spec(): ServerSpec;
  /** For a process of its own. */
  env(): NodeJS.ProcessEnv;
  /** All that a run could leave: processes, folders, databases, roles, sessions. */
  inventory(): Promise<readonly string[]>;
  /** Milliseconds into a start at which it is cut off; a start that takes longer has later moments. */
  readonly cutOffs?: { readonly abort: readonly number[]; readonly kill: readonly number[] };
}

/** What every provider promises: a database to work in, and nothing left behind, however a run ends. */
export function serverProviderContract(name: string, rig: ProviderRig): void {
  const start = (signal = new AbortController().signal): Promise<EphemeralServer> =>
    rig.provider.start(rig.spec(), signal);

  describe(`the provider ${name}`, () => {
    test('gives a server to work on and is gone after it', async () => {
      const before = await rig.inventory();
      const server = await start();
      await workOn(server);
      expect(await rig.inventory()).not.toEqual(before);
      await server[Symbol.asyncDispose]();
      await expect.poll(() => rig.inventory(), PATIENCE).toEqual(before);
    });

    test('is gone although a session is open and a transaction was left prepared', async () => {
      const before = await rig.inventory();
      const server = await start();
      const database = await databaseOn(server);
      const left = await connect(server.target(database).connectionString, { applicationName: 'left', quiet: false });
      await left.script(`create table t (); begin; create table u (); prepare transaction 'left'`);
      await server[Symbol.asyncDispose]();
      await expect.poll(() => rig.inventory(), PATIENCE).toEqual(before);
    });

    test.each(rig.cutOffs?.abort ?? [0, 5, 20, 60, 120, 200, 400])(
      'leaves nothing when it is aborted %i ms into its start',
      async (afterMs) => {
        const before = await rig.inventory();
        const stopping = new AbortController();
        const starting = start(stopping.signal);
        const outcome = starting.then(
          (server) => server[Symbol.asyncDispose](),
          (error: unknown) => expect(error).toBe(stopping.signal.reason),
        );
        await delay(afterMs);
        stopping.abort(new Error('stop'));
        await outcome;
        await expect.poll(() => rig.inventory(), PATIENCE).toEqual(before);
      },
    );

    test('two at once do not disturb each other', async () => {
      const before = await rig.inventory();
      const [one, other] = await Promise.all([start(), start()]);
      await Promise.all([workOn(one), workOn(other)]);
      await one[Symbol.asyncDispose]();
      await workOn(other);
      await using third = await start();
      await workOn(other);
      await other[Symbol.asyncDispose]();
      await workOn(third);
      await third[Symbol.asyncDispose]();
      await expect.poll(() => rig.inventory(), PATIENCE).toEqual(before);
    });

    test.each(['SIGINT', 'SIGTERM'] as const)('is gone after %s', async (signal) => {
      const before = await rig.inventory();
      const child = await holder(rig);
      expect(await rig.inventory()).not.toEqual(before);
      await end(child, signal);
      await expect.poll(() => rig.inventory(), PATIENCE).toEqual(before);
    });

    test('is left by a killed process to the next start, which spares that of a living one', async () => {
      const before = await rig.inventory();
      await using living = await start();
      await workOn(living);
      const withLiving = await rig.inventory();
      const child = await holder(rig);
      await end(child, 'SIGKILL');
      expect(await rig.inventory()).not.toEqual(withLiving);
      const keepers = withLiving.filter(isKeeper);
      await expect.poll(async () => (await rig.inventory()).filter(isKeeper), PATIENCE).toEqual(keepers);
      await (await start())[Symbol.asyncDispose]();
      await expect.poll(() => rig.inventory(), PATIENCE).toEqual(withLiving);
      await workOn(living);
      await living[Symbol.asyncDispose]();
      await expect.poll(() => rig.inventory(), PATIENCE).toEqual(before);
    });
  });

  test.each(rig.cutOffs?.kill ?? [300, 500, 650, 800])(
    `${name}: killed %i ms into its life leaves nothing after the next start`,
    async (afterMs) => {
      const before = await rig.inventory();
      const child = spawnHolder(rig);
      await delay(afterMs);
      await end(child, 'SIGKILL');
      // Until the server notices, nobody can tell a dead run from one that is at work.
      await expect
        .poll(async () => (await rig.inventory()).filter(isKeeper), PATIENCE)
        .toEqual(before.filter(isKeeper));
      await (await start())[Symbol.asyncDispose]();
      await expect.poll(() => rig.inventory(), PATIENCE).toEqual(before);
    },
  );
}

const isKeeper = (line: string): boolean => line === 'session pgrehearse keeper';

/** A server notices a moment later that a session has ended. */
const PATIENCE = { timeout: 20_000 };

/** As a stage does: the database that is there, or one of its own. */
async function databaseOn(server: EphemeralServer): Promise<string> {
  if (server.shared) return server.shared.database;
  await using upkeep = await connect(server.target('postgres').connectionString, { applicationName: 'test' });
  await upkeep.query(`create database ${quoteIdentifier('rehearsal')} template template0`).catch(() => {});
  return 'rehearsal';
}

async function workOn(server: EphemeralServer): Promise<void> {
  const database = await databaseOn(server);
  await using session = await connect(server.target(database).connectionString, { applicationName: 'test' });
  await session.script('create table if not exists work (n int4); insert into work values (1); drop table work');
}

function spawnHolder(rig: ProviderRig): ChildProcess {
  const file = fileURLToPath(new URL('./hold-any-server.ts', import.meta.url));
  return spawn(process.execPath, ['--import', 'tsx', file, rig.provider.kind], {
    env: { ...process.env, ...rig.env() },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function holder(rig: ProviderRig): Promise<ChildProcess> {
  const child = spawnHolder(rig);
  if (child.stdout === null) throw new Error('The holder has no output.');
  await once(child.stdout, 'data');
  return child;
}

async function end(child: ChildProcess, name: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(name);
  await ended;
}
