import { lstat } from 'node:fs/promises';

import { codeOf } from './errors.ts';

/** Only what is certain: a file in a folder that another user keeps to himself is there, as far as we know. */
export const isGone = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => false,
    (error: unknown) => ['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? ''),
  );
