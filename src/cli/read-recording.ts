import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseRecording } from '../recording/parse.ts';
import type { Recording } from '../recording/recording.ts';
import { PgrehearseError } from '../support/errors.ts';

/** @throws {PgrehearseError} `RECORDING_UNREADABLE` */
export async function readRecording(path: string, cwd: string): Promise<Recording> {
  const text = await readFile(resolve(cwd, path), 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new PgrehearseError('RECORDING_UNREADABLE', `${path} ${REASONS[cause.code ?? ''] ?? 'cannot be read'}.`, {
      cause,
    });
  });
  return parseRecording(text, path);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder',
  EACCES: 'may not be read by this user',
  ERR_STRING_TOO_LONG: 'is too large to be a recording',
};
