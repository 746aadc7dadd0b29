import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { duration } from '../support/duration.ts';
import type { Prerequisite } from '../support/prerequisite.ts';

/** What earlier runs wrote down in the state folder: by name and age; what is in the files may be secret. */
export async function examineLeftBehind(stateFolder: string): Promise<readonly Prerequisite[]> {
  const kept = await filesIn(join(stateFolder, 'servers'), /^[\w-]+\.json$/);
  const drills = await filesIn(stateFolder, /^drill-[0-9a-f]{32}\.json$/);
  return [
    ...kept.map(({ id, age }): Prerequisite => ({
      name: 'kept server',
      state: 'found',
      detail: `${id}, since ${age}`,
      mend: 'pgrehearse run --clean-up removes it',
    })),
    ...drills.map(({ id, age }): Prerequisite => ({
      name: 'restore drill',
      state: 'missing',
      detail: `${id} may have left something in AWS, ${age} ago`,
      mend: 'pgrehearse preflight --clean-up',
      optional: true,
    })),
  ];
}

interface Remembered {
  readonly id: string;
  readonly age: string;
}

async function filesIn(folder: string, pattern: RegExp): Promise<readonly Remembered[]> {
  const names = await readdir(folder).catch((): string[] => []);
  return Promise.all(
    names
      .filter((name) => pattern.test(name))
      .toSorted()
      .map(async (name) => {
        const { mtimeMs } = await stat(join(folder, name)).catch(() => ({ mtimeMs: Date.now() }));
        return { id: basename(name, '.json'), age: duration(Math.max(0, Date.now() - mtimeMs)) };
      }),
  );
}
