import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/findings/finding.ts';
import { applyWaivers, type Waiver, type WaiverContext } from '../../../src/findings/waiver.ts';

const finding: Finding = {
  check: 'down-loses-data',
  severity: 'error',
  where: { migration: '0001_a', direction: 'down', relation: 'public.users', column: 'email' },
  message: 'm',
  remedy: 'r',
  evidence: {},
};

const aWaiver = (details: Partial<Waiver> = {}): Waiver => ({
  check: 'down-loses-data',
  reason: 'archived',
  ...details,
});

const TODAY = '2026-11-23';

const apply = (waivers: readonly Waiver[], context?: WaiverContext): { open: string[]; waived: number } => {
  const { findings, waived } = applyWaivers([finding], waivers, TODAY, context);
  return { open: findings.map(({ check }) => check), waived: waived.length };
};

describe('a waiver', () => {
  test.each([
    ['for the check alone', {}],
    ['for the migration', { migration: '0001_a' }],
    ['for the relation', { relation: 'public.users' }],
    ['for both', { migration: '0001_a', relation: 'public.users' }],
    ['on its last day', { until: TODAY }],
  ])('%s takes the finding out of the verdict', (_, details) => {
    expect(apply([aWaiver(details)])).toEqual({ open: [], waived: 1 });
  });

  test('keeps its reason and date with the finding', () => {
    expect(applyWaivers([finding], [aWaiver({ until: '2027-01-31' })], TODAY).waived).toEqual([
      { finding, reason: 'archived', until: '2027-01-31' },
    ]);
  });

  test.each([
    ['for another check', { check: 'up-failed' }],
    ['for another migration', { migration: '0001' }],
    ['for another relation', { relation: 'public.user' }],
    ['for the right migration but another relation', { migration: '0001_a', relation: 'public.orders' }],
  ])('%s leaves the finding and is reported as unused', (_, details) => {
    expect(apply([aWaiver(details)])).toEqual({ open: ['down-loses-data', 'waiver-unused'], waived: 0 });
  });

  test('that ran out yesterday holds no longer, and is reported', () => {
    expect(apply([aWaiver({ until: '2026-11-22' })])).toEqual({
      open: ['down-loses-data', 'waiver-expired'],
      waived: 0,
    });
  });

  test('that ran out does not stop another one from holding', () => {
    expect(apply([aWaiver({ until: '2026-11-22' }), aWaiver()])).toEqual({ open: ['waiver-expired'], waived: 1 });
  });

  test('that covers what another one covers too is not unused', () => {
    expect(apply([aWaiver(), aWaiver({ migration: '0001_a' })])).toEqual({ open: [], waived: 1 });
  });
});

describe('nobody is nagged about a waiver', () => {
  test.each([
    ['for a migration that was not rehearsed', aWaiver({ migration: '0000_old' })],
    [
      'for a migration that was not rehearsed, even when it ran out',
      aWaiver({ migration: '0000_old', until: '2020-01-01' }),
    ],
    ['for a check that could not look', aWaiver({ check: 'backup-stale' })],
  ])('%s', (_, waiver) => {
    const { findings } = applyWaivers([], [waiver], TODAY, { rehearsed: ['0001_a'], notJudged: ['backup-stale'] });
    expect(findings).toEqual([]);
  });

  test('but about one for a rehearsed migration, naming what it was for', () => {
    const { findings } = applyWaivers([], [aWaiver({ migration: '0001_a', relation: 'public.users' })], TODAY, {
      rehearsed: ['0001_a'],
    });
    expect(findings).toMatchObject([
      {
        check: 'waiver-unused',
        severity: 'warning',
        where: { migration: '0001_a', relation: 'public.users' },
        message:
          'The waiver for down-loses-data of 0001_a on public.users was not needed: the check found nothing there.',
      },
    ]);
  });
});
