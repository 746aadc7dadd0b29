import { expect, test } from 'vitest';

import { configurationText, throwAwaySettings } from '../../../src/server/own/server-settings.ts';

const GIB = 1024 ** 3;

test.each([
  [1, '128MB', '64MB'],
  [4, '512MB', '256MB'],
  [64, '1024MB', '512MB'],
])('with %i GiB of memory a server keeps within its means', (memory, buffers, maintenance) => {
  expect(throwAwaySettings({ memoryBytes: memory * GIB, sharedMemoryBytes: 8 * GIB })).toMatchObject({
    shared_buffers: buffers,
    maintenance_work_mem: maintenance,
  });
});

test.each([
  ['the 64 MB of a container', 64 * 1024 * 1024, 'mmap'],
  ['plenty', GIB, undefined],
  ['no such folder', undefined, undefined],
])('with %s in /dev/shm parallel queries have somewhere to go', (_, sharedMemoryBytes, type) => {
  const settings = throwAwaySettings({ memoryBytes: GIB, sharedMemoryBytes });
  expect(settings['dynamic_shared_memory_type']).toBe(type);
});

test('a value cannot end its own line', () => {
  expect(configurationText({ 'my.value': `a'b\\c\nport = 1` })).toBe(`my.value = 'a''b\\\\c\\nport = 1'\n`);
});
