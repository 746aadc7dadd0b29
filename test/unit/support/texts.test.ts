import { describe, expect, test } from 'vitest';
import { byteSize, counted } from '../../../src/support/amounts.ts';
import { duration } from '../../../src/support/duration.ts';

test.each([
  [0, '0.0 ms'],
  [0.44, '0.4 ms'],
  [9.94, '9.9 ms'],
  [9.96, '10 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [4_230, '4.2 s'],
  [119_940, '119.9 s'],
  [119_960, '2 min 00 s'],
  [3_599_600, '1 h 00 min'],
  [7_500_000, '2 h 05 min'],
])('%d ms reads %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [1_284_552, '1.3 MB'],
  [45_000_000_000, '45.0 GB'],
  [999_999_999_999_999, '1000 TB'],
])('%d bytes read %s', (bytes, text) => {
  expect(byteSize(bytes)).toBe(text);
});

describe('counted', () => {
  test.each([
    [0, '0 rows'],
    [1, '1 row'],
    [83_112, '83,112 rows'],
    [1_234_567, '1,234,567 rows'],
  ])('%d', (amount, text) => {
    expect(counted(amount, 'row')).toBe(text);
  });
});
