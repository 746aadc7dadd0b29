import { join } from 'node:path';

import type { MigrationTool } from '../source.ts';
import { createSource } from './create-source.ts';
import { USUAL_FOLDERS } from './files/catalogue.ts';
import { chooseLayout, type LayoutChoice } from './files/choose-layout.ts';
import { readFolder } from './files/folder.ts';
import { readOptions } from './options.ts';

/** SQL files with a way back, as golang-migrate, diesel and sqlx keep them. */
export const sqlTool: MigrationTool = {
  id: 'sql',
  detect: async (projectFolder) => {
    const found = find(projectFolder);
    return found && `${found.directory} (${found.choice.layout.id}: ${found.choice.reason})`;
  },
  directory: (projectFolder) => find(projectFolder)?.directory,
  create: (options) => createSource(options, readOptions(options.options)),
};

function find(projectFolder: string): { readonly directory: string; readonly choice: LayoutChoice } | undefined {
  for (const directory of USUAL_FOLDERS) {
    const folder = readFolder(join(projectFolder, directory));
    const choice = folder && chooseLayout(folder, projectFolder);
    if (choice) return { directory, choice };
  }
  return undefined;
}
