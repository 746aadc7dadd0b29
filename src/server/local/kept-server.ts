import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

import { roomIn } from '../../support/disk-full.ts';
import type { DatabaseTarget, EphemeralServer, KeptServer } from '../provider.ts';
import { databaseTarget } from '../own/database-target.ts';
import { findKeptFolder, type OwnedFolder } from './leftovers/owned-folder.ts';
import { endServersIn } from './leftovers/end-servers.ts';
import { serversIn } from './leftovers/servers-in.ts';
import type { Postmaster } from './postmaster.ts';

interface RunningServer {
  readonly run: OwnedFolder;
  readonly postmaster: Postmaster;
  /** Path of `postgres`. */
  readonly program: string;
}

type Facts = Pick<EphemeralServer, 'version' | 'major' | 'settings' | 'target'>;

/** The two ends that a server of ours can have. */
export function keepable(
  { run, postmaster, program }: RunningServer,
  facts: Facts,
): Required<Pick<EphemeralServer, 'keep'>> & AsyncDisposable {
  let isKept = false;
  return {
    keep: async (record) => {
      const details = { ...(await detailsOf(program, facts)), folder: run.path, record };
      await run.keep(record);
      postmaster.release();
      isKept = true;
      return { id: basename(run.path), details };
    },
    [Symbol.asyncDispose]: async () => {
      if (isKept) return;
      await postmaster[Symbol.asyncDispose]();
      await run[Symbol.asyncDispose]();
    },
  };
}

async function detailsOf(program: string, { version, major, settings, target }: Facts): Promise<KeptServer['details']> {
  const { host, port, user, password, database: upkeep } = target('postgres');
  const build = await buildOf(program);
  return { program, build, host, port, user, password, upkeep, version, major, settings: JSON.stringify(settings) };
}

/** Takes up a server that a run before kept. One that stopped is removed. */
export async function attachLocal({ details }: KeptServer): Promise<EphemeralServer | undefined> {
  const text = (name: string): string => String(details[name] ?? '');
  const folder = await findKeptFolder(text('folder'), text('record'));
  if (folder === undefined) return undefined;
  const remove = async (): Promise<void> => {
    await endServersIn(folder.path);
    await folder[Symbol.asyncDispose]();
  };
  const isSameBuild = (await buildOf(text('program'))) === text('build');
  if (serversIn(folder.path).length === 0) {
    await remove();
    return undefined;
  }
  return {
    version: text('version'),
    major: Number(details['major']),
    settings: settingsIn(text('settings')),
    ...(!isSameBuild && { outdated: 'the program of the server is another one by now' }),
    target: (database) => targetOf(details, database),
    room: () => roomIn(dirname(folder.path)),
    keep: async () => ({ id: basename(folder.path), details }),
    [Symbol.asyncDispose]: remove,
  };
}

function targetOf(details: KeptServer['details'], database: string): DatabaseTarget {
  const [host, user, password, upkeep] = ['host', 'user', 'password', 'upkeep'].map((name) => String(details[name]));
  const named = database === 'postgres' ? (upkeep ?? database) : database;
  return databaseTarget({
    host: host ?? '',
    port: Number(details['port']),
    user: user ?? '',
    password: password ?? '',
    database: named,
  });
}

function settingsIn(text: string): Readonly<Record<string, string>> {
  const value: unknown = JSON.parse(text);
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(entries.map(([name, setting]) => [name, String(setting)]));
}

/** A package that was upgraded meanwhile lies under the same path. */
async function buildOf(program: string): Promise<string> {
  const found = await stat(program).catch(() => undefined);
  return found === undefined ? 'gone' : `${found.size} ${found.mtimeMs} ${found.ino}`;
}
