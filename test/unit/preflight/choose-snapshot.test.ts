import { describe, expect, test } from 'vitest';

import { chooseSnapshot } from '../../../src/preflight/checks/choose-snapshot.ts';
import { dailyWindowOverlaps } from '../../../src/preflight/checks/daily-window.ts';
import type { AwsFacts, CreatedSnapshot, SnapshotFacts } from '../../../src/preflight/facts/aws.ts';
import { isKnown, known, unknown } from '../../../src/preflight/reading.ts';
import { someAutomatedSnapshot, someAwsFacts, someFacts, someSnapshot } from '../../helpers/preflight-facts.ts';

const choose = (snapshots: readonly SnapshotFacts[], aws: Partial<AwsFacts> = {}, createSnapshot = false): string => {
  const facts = someFacts({ aws: someAwsFacts({ snapshots: known(snapshots), ...aws }) });
  const chosen = chooseSnapshot({ ...facts, policy: { ...facts.policy, createSnapshot } });
  return isKnown(chosen) ? (chosen.value?.id ?? 'none') : `unknown: ${chosen.unknown}`;
};

const withoutField = (key: keyof SnapshotFacts): SnapshotFacts => {
  const copy = someSnapshot();
  Reflect.deleteProperty(copy, key);
  return copy;
};

describe('the snapshot to go back to', () => {
  test('is the newest by its data, not by its making', () => {
    const copied = someSnapshot({
      id: 'copy-of-old',
      createdAt: '2026-11-25T11:59:00.000Z',
      dataTime: '2026-11-20T00:00:00.000Z',
    });
    expect(choose([copied, someAutomatedSnapshot(), someSnapshot()])).toBe('shop-before-release');
    expect(choose([copied, someAutomatedSnapshot()])).toBe('rds:shop-2026-11-25-03-05');
  });

  test.each([
    ['being made', { status: 'creating', progressPercent: 40 }],
    ['failed', { status: 'failed' }],
    ['available but not complete', { progressPercent: 99 }],
    ['of another database', { resourceId: 'db-OTHER' }],
    ['of a predecessor with the same name', { instanceCreatedAt: '2025-01-01T00:00:00.000Z' }],
  ])('is never one that is %s', (_, changes) => {
    expect(choose([someSnapshot(changes)])).toBe('none');
    expect(choose([someSnapshot(changes), someAutomatedSnapshot()])).toBe('rds:shop-2026-11-25-03-05');
  });

  test.each(['progressPercent', 'resourceId', 'instanceCreatedAt'] as const)('nobody can say without %s', (key) => {
    expect(choose([withoutField(key)])).toMatch(/^unknown: AWS does not say /);
    expect(choose([withoutField(key), someAutomatedSnapshot()])).toBe('rds:shop-2026-11-25-03-05');
  });

  test('one without a time comes last', () => {
    expect(choose([withoutField('dataTime'), someAutomatedSnapshot()])).toBe('rds:shop-2026-11-25-03-05');
    expect(choose([withoutField('dataTime')])).toBe('shop-before-release');
  });

  test('is that of this run where one was asked for', () => {
    const created: CreatedSnapshot = { id: 'pgr-1', status: 'available', startedAt: '', waitedMs: 1, mayExist: true };
    const ours = someSnapshot({ id: 'pgr-1', dataTime: '2026-11-25T08:00:00.000Z' });
    expect(choose([someSnapshot(), ours], { created }, true)).toBe('pgr-1');
    expect(choose([someSnapshot()], { created }, true)).toBe('none');
    expect(choose([someSnapshot(), ours], { created: { ...created, status: 'timed-out' } }, true)).toBe('none');
    expect(choose([someSnapshot(), ours], {}, true)).toBe('none');
  });

  test('is not known where the list or the database is not', () => {
    const denied = unknown('access denied');
    expect(choose([], { snapshots: denied })).toBe('unknown: access denied');
    expect(choose([someSnapshot()], { resource: denied })).toBe('unknown: access denied');
    const { aws: _aws, ...facts } = someFacts();
    expect(isKnown(chooseSnapshot(facts))).toBe(false);
  });
});

describe('a daily window', () => {
  const at = (time: string): number => Date.parse(`2026-11-25T${time}:00Z`);
  test.each([
    ['03:00-03:30', '03:10', '03:20', true],
    ['03:00-03:30', '03:30', '04:00', false],
    ['03:00-03:30', '02:00', '03:00', false],
    ['03:00-03:30', '02:30', '03:01', true],
    ['23:45-00:15', '00:05', '00:10', true],
    ['23:45-00:15', '23:00', '23:50', true],
    ['23:45-00:15', '00:20', '23:40', false],
    ['around noon', '00:20', '23:40', undefined],
  ])('%s against %s to %s: %s', (window, from, to, overlaps) => {
    expect(dailyWindowOverlaps(window, at(from), at(to))).toBe(overlaps);
  });
});
