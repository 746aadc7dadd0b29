import { expect, test } from 'vitest';

import { dataInMemoryBytes, logSizeOn } from '../../../src/server/docker/data-in-memory.ts';

const GIB = 1024 ** 3;

test.each<[string, { tmpfsGib?: number; contentsBytes?: number }, number, number | undefined]>([
  ['nothing to restore', { contentsBytes: 0 }, 16, 4],
  ['a small backup', { contentsBytes: 0.9 * GIB }, 16, 4],
  ['a backup that may not fit', { contentsBytes: 1.1 * GIB }, 16, undefined],
  ['little memory', { contentsBytes: 0 }, 3, undefined],
  ['a server that is to be kept', {}, 64, undefined],
  ['a size that the user wants', { tmpfsGib: 0.5, contentsBytes: 8 * GIB }, 4, 0.5],
  ['a disk that the user wants', { tmpfsGib: 0, contentsBytes: 0 }, 64, undefined],
])('with %s', (_, { contentsBytes, ...docker }, memoryGib, expectedGib) => {
  const spec = { docker, ...(contentsBytes !== undefined && { contentsBytes }) };
  expect(dataInMemoryBytes(spec, { memoryBytes: memoryGib * GIB, startsAsRoot: true })).toBe(
    expectedGib === undefined ? undefined : expectedGib * GIB,
  );
});

test('an image that does not start as root could not write there', () => {
  const machine = { memoryBytes: 64 * GIB, startsAsRoot: false };
  expect(dataInMemoryBytes({ contentsBytes: 0 }, machine)).toBeUndefined();
});

test.each([
  [4 * GIB, '1024MB'],
  [GIB / 8, '64MB'],
])('of %d bytes the log takes up to %s', (bytes, size) => {
  expect(logSizeOn(bytes)).toBe(size);
});
