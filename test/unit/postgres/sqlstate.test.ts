import { expect, test } from 'vitest';

import { DRIVER_TIMEOUT, sqlStateOf } from '../../../src/postgres/sqlstate.ts';

const withCode = (code: unknown): Error => Object.assign(new Error('failed'), { code });

test.each([
  ['of the server', withCode('42P01'), '42P01'],
  ['that a function raises under a code of its own', withCode('EMPTY'), 'EMPTY'],
  ['of the driver, whose time limit is over', new Error(DRIVER_TIMEOUT), '57014'],
  ['of Node.js', withCode('ERR_MODULE_NOT_FOUND'), undefined],
  [
    'of the system, with five characters',
    Object.assign(withCode('EPIPE'), { errno: -32, syscall: 'write' }),
    undefined,
  ],
  ['without a code', new Error('42P01'), undefined],
  ['that is a text', '42P01', undefined],
])('an error %s', (_, error, expected) => {
  expect(sqlStateOf(error)).toBe(expected);
});
