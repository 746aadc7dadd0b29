import { expect, test } from 'vitest';
import { nodeLine } from '../../../src/doctor/machine.ts';
import { packageEngines } from '../../../src/support/package.ts';

test('the engines of this package are known', () => {
  expect(packageEngines).toBe('^20.19.0 || >=22.12.0');
});

test.each([
  ['20.19.0', 'found'],
  ['20.20.2', 'found'],
  ['22.12.0', 'found'],
  ['24.0.0', 'found'],
  ['20.18.9', 'missing'],
  ['18.20.4', 'missing'],
  ['21.7.3', 'missing'],
  ['22.11.0', 'missing'],
])('Node.js %s is %s', (version, state) => {
  expect(nodeLine(version, '^20.19.0 || >=22.12.0').state).toBe(state);
});
