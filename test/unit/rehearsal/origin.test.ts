import { expect, test } from 'vitest';

import { firstDifference } from '../../../src/rehearsal/keeping/facts.ts';
import { originOf, slotOf } from '../../../src/rehearsal/keeping/origin.ts';
import type { RehearsalRequest } from '../../../src/rehearsal/request.ts';

type Backup = NonNullable<RehearsalRequest['backup']>;

const requestOf = (backup: Partial<Backup>): RehearsalRequest => ({
  projectFolder: '/',
  server: { provider: 'local', settings: {} },
  backup: { file: import.meta.filename, ...backup },
  migrations: { options: {} },
  rehearsal: { scope: 'pending', forwardOnly: false },
  invariants: [],
  showValues: false,
});

const differenceOf = async (one: Partial<Backup>, other: Partial<Backup>): Promise<string | undefined> => {
  const spec = { settings: {}, projectFolder: '/' };
  return firstDifference(await originOf(requestOf(one), spec), await originOf(requestOf(other), spec));
};

test('what is kept of one database of a base backup serves no rehearsal on another', async () => {
  expect(await differenceOf({ database: 'shop' }, { database: 'shop' })).toBeUndefined();
  expect(await differenceOf({ database: 'shop' }, { database: 'billing' })).toBe(
    'backup.database or backup.allowUnverified has changed',
  );
  expect(slotOf(requestOf({ database: 'shop' }))).toBe(slotOf(requestOf({ database: 'billing' })));
});

test('what was kept without verification serves none that asks for it', async () => {
  expect(await differenceOf({ allowUnverified: true }, {})).toBe(
    'backup.database or backup.allowUnverified has changed',
  );
});
