import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseRecording } from '../../recording/parse.ts';
import type { SchemaSnapshot } from '../../recording/schema-snapshot.ts';
import type { RehearsalPredicate } from '../facts/certificate.ts';
import { digestOf } from './schema-digest.ts';
import { schemaStates } from './states.ts';

/**
 * The state that a certificate has the digest of, from the recording beside it. It only makes messages say more, so that
 * one that is not there, cannot be read or is of another rehearsal is no matter.
 */
export async function rehearsedSnapshot(
  certificatePath: string,
  { schema }: RehearsalPredicate,
  state: 'before' | 'after',
): Promise<SchemaSnapshot | undefined> {
  if (!schema) return undefined;
  try {
    const text = await readFile(join(dirname(certificatePath), 'recording.json'), 'utf8');
    const snapshot = schemaStates(parseRecording(text, 'recording.json'))?.[state];
    const isOfIt = snapshot && digestOf(snapshot, schema.leftOut).sha256 === schema[state].sha256;
    return isOfIt ? snapshot : undefined;
  } catch {
    return undefined;
  }
}
