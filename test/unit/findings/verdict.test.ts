import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/findings/finding.ts';
import { decide } from '../../../src/findings/verdict.ts';

const aFinding = (details: Partial<Finding> = {}): Finding => ({
  check: 'down-loses-data',
  severity: 'error',
  where: { migration: 'a' },
  message: 'm',
  remedy: 'r',
  evidence: {},
  ...details,
});

const unable = { check: 'backup-stale', reason: 'no time' };

describe('the outcome', () => {
  test.each([
    ['safe when nothing was found', [], [], 'safe'],
    [
      'safe with warnings and notes only',
      [aFinding({ severity: 'warning' }), aFinding({ severity: 'note' })],
      [],
      'safe',
    ],
    ['unsafe with one error', [aFinding({ severity: 'note' }), aFinding()], [], 'unsafe'],
    ['inconclusive when a check could not look', [], [unable], 'inconclusive'],
    [
      'inconclusive with warnings when a check could not look',
      [aFinding({ severity: 'warning' })],
      [unable],
      'inconclusive',
    ],
    ['unsafe when an error was found although a check could not look', [aFinding()], [unable], 'unsafe'],
  ] as const)('is %s', (_, findings, notJudged, outcome) => {
    expect(decide(findings, notJudged, []).outcome).toBe(outcome);
  });

  test('does not count what was waived', () => {
    expect(decide([], [], [{ finding: aFinding(), reason: 'known' }]).outcome).toBe('safe');
  });
});

const ids = (findings: readonly Finding[], order?: readonly string[]): string[] =>
  decide(findings, [], [], order).findings.map(
    ({ severity, where, check }) => `${severity} ${where.migration ?? '-'} ${check}`,
  );

describe('the order of findings', () => {
  const findings = [
    aFinding({ where: { migration: '10' }, check: 'b' }),
    aFinding({ where: { migration: '9' }, check: 'z' }),
    aFinding({ where: { migration: '9' }, check: 'a' }),
    aFinding({ where: {}, check: 'c' }),
    aFinding({ severity: 'note', where: { migration: '9' } }),
    aFinding({ severity: 'warning', where: { migration: '10' } }),
  ];

  test('is severity, then migration as in the plan, then check', () => {
    expect(ids(findings, ['9', '10'])).toEqual([
      'error - c',
      'error 9 a',
      'error 9 z',
      'error 10 b',
      'warning 10 down-loses-data',
      'note 9 down-loses-data',
    ]);
  });

  test('does not depend on the order in which they came', () => {
    expect(ids(findings.toReversed(), ['9', '10'])).toEqual(ids(findings, ['9', '10']));
    expect(ids(findings.toReversed())).toEqual(ids(findings));
  });
});
