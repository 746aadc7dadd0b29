import { realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';

import { PgrehearseError } from '../../support/errors.ts';
import { canReach, type ServerUser } from './server-user.ts';

/** Where servers live: the temp folder, unless it is one that the server's user cannot get into (root's own). */
export async function runsFolder(user: ServerUser | undefined): Promise<string> {
  for (const folder of [tmpdir(), '/tmp', '/var/tmp']) if (await canReach(folder, user)) return await realpath(folder);
  throw new PgrehearseError('SERVER_UNAVAILABLE', `The user that the server runs as cannot reach ${tmpdir()}.`, {
    hint: 'Point TMPDIR to a folder that everyone may pass through.',
  });
}
