import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { Prerequisite } from '../../support/prerequisite.ts';

/** Whether its program is there; it is not run. */
export async function examineCommand(command: string | readonly string[], folder: string): Promise<Prerequisite> {
  const name = 'backup.command';
  if (typeof command === 'string')
    return { name, state: 'found', detail: 'run by the shell when a rehearsal begins, not now' };
  const [program = ''] = command;
  const path = await programPath(program, folder);
  if (path !== undefined) return { name, state: 'found', detail: `${path}; run when a rehearsal begins, not now` };
  const mend = `Install ${program}, or name it with its path`;
  return { name, state: 'missing', detail: `there is no program ${program}`, mend };
}

async function programPath(program: string, folder: string): Promise<string | undefined> {
  const isPath = /[/\\]/.test(program);
  const places = isPath ? [folder] : (process.env['PATH'] ?? '').split(delimiter).filter((place) => isAbsolute(place));
  const endings = process.platform === 'win32' ? ['', '.exe', '.cmd', '.bat'] : [''];
  for (const path of places.flatMap((place) =>
    endings.map((end) => (isPath ? resolve(place, program + end) : join(place, program + end))),
  )) {
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}
