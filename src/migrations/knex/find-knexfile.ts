import { existsSync } from 'node:fs';
import { join } from 'node:path';

const NAMES = ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'].map((end) => `knexfile.${end}`);

/** Only in the folder itself: a knexfile further up belongs to another project. */
export const findKnexfile = (folder: string): string | undefined =>
  NAMES.map((name) => join(folder, name)).find((path) => existsSync(path));
