import { PgrehearseError } from '../../support/errors.ts';
import type { OnNews, ServerSpec } from '../provider.ts';

/**
 * @throws {PgrehearseError} `CONFIG_INVALID` when the config asks for another major than the image has. One that only the
 * backup has may differ, since the image was chosen; it is said.
 */
export function assertMajor(
  { postgresVersion, isMajorOfBackup, docker }: ServerSpec,
  { name }: { readonly name: string },
  major: number,
  onNews: OnNews = () => {},
): void {
  if (postgresVersion === undefined || postgresVersion === major) return;
  if (isMajorOfBackup === true && docker?.image !== undefined) {
    const text = `The backup is of PostgreSQL ${postgresVersion}, and ${name} has ${major}: the rehearsal is on ${major}.`;
    return onNews({ kind: 'said', text });
  }
  throw new PgrehearseError('CONFIG_INVALID', `PostgreSQL ${postgresVersion} is asked for, and ${name} has ${major}.`, {
    hint: 'Change `server.postgresVersion` or `server.image`.',
  });
}

/** Of `15.18`. */
export const majorOf = (version: string): number => Number.parseInt(version, 10);
