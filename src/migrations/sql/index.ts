import { join } from 'node:path';

import type { MigrationTool } from '../source.ts';
import { createSource } from './create-source.ts';
import { USUAL_FOLDERS } from './files/catalogue.ts';
import { chooseLayout } from './files/choose-layout.ts';
import { readFolder } from './files/folder.ts';
import { readOptions } from './options.ts';

/** SQL files with a way back, as golang-migrate, diesel and sqlx keep them. */
export const sqlTool: MigrationTool = {
  id: 'sql',
  detect: async (projectFolder) => detect(projectFolder),
  create: (options) => createSource(options, readOptions(options.options)),
};

function detect(projectFolder: string): string | undefined {
  for (const name of USUAL_FOLDERS) {
    const folder = readFolder(join(projectFolder, name));
    const choice = folder && chooseLayout(folder, projectFolder);
    if (choice) return `${name} (${choice.layout.id}: ${choice.reason})`;
  }
  return undefined;
}
