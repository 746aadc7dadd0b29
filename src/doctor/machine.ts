import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { byteSize } from '../support/amounts.ts';
import { packageEngines } from '../support/package.ts';
import { type Prerequisite, prerequisiteFrom } from '../support/prerequisite.ts';

/** What holds for every rehearsal, wherever its server runs. */
export const examineMachine = async (backupBytes: number | undefined): Promise<readonly Prerequisite[]> => [
  nodeLine(process.versions.node, packageEngines),
  { name: 'platform', state: 'found', detail: `${process.platform} ${process.arch}, ${release()}` },
  await temporaryFolderLine(backupBytes),
];

/** @param engines as in package.json: `^20.19.0 || >=22.12.0` */
export function nodeLine(version: string, engines: string): Prerequisite {
  const name = 'Node.js';
  if (satisfies(version, engines)) return { name, state: 'found', detail: `${version} in ${process.execPath}` };
  return { name, state: 'missing', detail: `this is ${version}, and ${engines} is needed`, mend: 'nvm install 22' };
}

/** `^a.b.c` and `>=a.b.c`, with `||` between them: all that our package.json uses. */
function satisfies(version: string, engines: string): boolean {
  const own = numbersOf(version);
  return engines.split('||').some((range) => {
    const least = numbersOf(range);
    const isEnough = compare(own, least) >= 0;
    return range.trim().startsWith('^') ? isEnough && own[0] === least[0] : isEnough;
  });
}

const numbersOf = (text: string): readonly number[] => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number);

function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((number, index) => number !== other[index]);
  return at === -1 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}

/** Really written to: rights, quotas and read-only mounts are all answered by that. */
async function temporaryFolderLine(backupBytes: number | undefined): Promise<Prerequisite> {
  const name = 'temporary folder';
  const folder = tmpdir();
  try {
    const own = await mkdtemp(join(folder, 'pgrehearse-doctor-'));
    try {
      await writeFile(join(own, 'probe'), 'probe');
    } finally {
      await rm(own, { recursive: true, force: true });
    }
    const { bavail, bsize } = await statfs(folder);
    const detail = `${folder}, ${byteSize(bavail * bsize)} free`;
    if (backupBytes === undefined || bavail * bsize >= backupBytes) return { name, state: 'found', detail };
    const tight = `${detail}, and the backup alone has ${byteSize(backupBytes)}`;
    return {
      name,
      state: 'missing',
      detail: tight,
      mend: 'export TMPDIR=… with a folder on a larger disk',
      optional: true,
    };
  } catch (error) {
    return prerequisiteFrom(name, error, 'export TMPDIR=… with a folder that this user may write to');
  }
}
