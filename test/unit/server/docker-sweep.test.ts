import { expect, test } from 'vitest';

import { isAbandoned } from '../../../src/server/docker/sweep.ts';
import { ownIdentity } from '../../../src/support/process-identity.ts';

const HOUR = 3_600_000;
const now = Date.now();
const own = ownIdentity();
/** No process has this pid: the largest of Linux is 4194304. */
const ended = { ...own, pid: 2 ** 30 };

const leftover = (owner: unknown, { ageHours = 1000, isRunning = true } = {}): Parameters<typeof isAbandoned>[0] => ({
  labels: { 'pgrehearse.owner': JSON.stringify(owner) },
  isRunning,
  createdAtMs: now - ageHours * HOUR,
});

test.each([
  ['a process that ended, however young', ended, { ageHours: 0 }, true],
  ['this process, however old', own, {}, false],
  ['a pid that was given out again', { ...own, startedAt: '0' }, { ageHours: 0 }, true],
  ['another machine, today', { ...ended, hostName: 'x', bootId: 'x' }, { ageHours: 71 }, false],
  ['another machine, last week', { ...ended, hostName: 'x', bootId: 'x' }, { ageHours: 73 }, true],
  ['another container, today', { ...ended, pidNamespace: 'x' }, { ageHours: 71, isRunning: false }, false],
  ['another machine of the same name, running', { ...ended, bootId: 'x' }, { ageHours: 71 }, false],
  ['another machine of the same name, starting', { ...ended, bootId: 'x' }, { ageHours: 0.1, isRunning: false }, false],
  ['this machine before a restart', { ...ended, bootId: 'x' }, { ageHours: 1, isRunning: false }, true],
  ['nobody that can be read', 'x', {}, false],
])('of %s', (_, owner, circumstances, expected) => {
  expect(isAbandoned(leftover(owner, circumstances), now)).toBe(expected);
});

test('what has no owner of ours is nobody we know', () => {
  expect(isAbandoned({ labels: {}, isRunning: false, createdAtMs: 0 })).toBe(false);
});
