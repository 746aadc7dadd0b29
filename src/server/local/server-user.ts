import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { PgrehearseError } from '../../support/errors.ts';

/** Whom the server runs as. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** Postgres refuses to run as root, so root runs it as another user. `undefined`: as ourselves. */
export async function findServerUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  for (const wanted of ['postgres', 'nobody']) {
    for (const line of passwd.split('\n')) {
      const [name, , uid, gid] = line.split(':');
      if (name === wanted && Number(uid) > 0 && Number(gid) > 0) return { uid: Number(uid), gid: Number(gid) };
    }
  }
  throw new PgrehearseError('SERVER_UNAVAILABLE', 'Postgres does not run as root, and there is no user to run it as.', {
    hint: 'Run pgrehearse as an ordinary user, or create a user named postgres.',
  });
}

/** Whether `user` gets as far as into `folder`, by the plain permission bits of it and of every folder above. */
export async function canReach(folder: string, user: ServerUser | undefined): Promise<boolean> {
  if (user === undefined) return true;
  const path = resolve(folder);
  const entry = await stat(path).catch(() => undefined);
  if (entry === undefined) return false;
  const bit = entry.uid === user.uid ? 0o100 : entry.gid === user.gid ? 0o010 : 0o001;
  if ((entry.mode & bit) === 0) return false;
  return dirname(path) === path || (await canReach(dirname(path), user));
}
