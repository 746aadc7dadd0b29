import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findClientTools } from '../client-tools.ts';

/**
 * `pg_verifybackup` on a data directory. The write-ahead log is left to us, since we have to read it anyway.
 *
 * @returns what it complains of; undefined: there is none of this major on this machine
 */
export async function runVerifyBackup(
  folder: string,
  major: number,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const tool = (await findClientTools('pg_verifybackup', signal)).find((one) => one.major === major);
  if (!tool) return undefined;
  const program = join(tool.folder, process.platform === 'win32' ? 'pg_verifybackup.exe' : 'pg_verifybackup');
  try {
    await promisify(execFile)(program, ['--no-parse-wal', folder], {
      signal,
      maxBuffer: 1 << 28,
      env: { ...process.env, LC_ALL: 'C' },
    });
    return [];
  } catch (thrown) {
    signal.throwIfAborted();
    const said = thrown instanceof Error && 'stderr' in thrown ? String(thrown.stderr) : String(thrown);
    const lines = said.split('\n').map((line) => line.replace(/^pg_verifybackup: (?:error|fatal): /, ''));
    const complaints = lines.filter((line) => line !== '').map((line) => line.replaceAll('"', ''));
    return complaints.length > 0 ? complaints : [`pg_verifybackup failed: ${String(thrown)}`];
  }
}
