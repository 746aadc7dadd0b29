import { parseUrlOf } from '../../postgres/production-target.ts';
import { answerWithin } from '../../support/answer-within.ts';
import { type Prerequisite, prerequisiteFrom } from '../../support/prerequisite.ts';
import { majorOf } from '../source/dump-by-url.ts';
import { findPgDump } from '../source/find-pg-dump.ts';
import { installClient } from './install-client.ts';

/** Asks the server what it is, and reads nothing. */
export async function examineUrl(url: string, signal: AbortSignal): Promise<readonly Prerequisite[]> {
  let server: Prerequisite;
  let major: number;
  try {
    const target = parseUrlOf('backup.url', url);
    major = await answerWithin(PATIENCE_MS, signal, (limited) => majorOf(target, limited));
    const detail = `PostgreSQL ${major} at ${target.host}:${target.port}; a dump is taken by run, not now`;
    server = { name: 'backup.url', state: 'found', detail };
  } catch (error) {
    signal.throwIfAborted();
    return [prerequisiteFrom('backup.url', error)];
  }
  try {
    const { version, folder } = await findPgDump(major, signal);
    return [server, { name: 'pg_dump', state: 'found', detail: `${version} in ${folder}` }];
  } catch (error) {
    signal.throwIfAborted();
    return [server, prerequisiteFrom('pg_dump', error, await installClient(major))];
  }
}

const PATIENCE_MS = 5_000;
