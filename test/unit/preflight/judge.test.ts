import { describe, expect, test } from 'vitest';
import type { Waiver } from '../../../src/findings/waiver.ts';
import { fail, pass, preflightCheckFor, type Said, unknownBecause, warn } from '../../../src/preflight/check.ts';
import { judgeAnswers } from '../../../src/preflight/judge.ts';

type Facts = Readonly<Record<string, readonly Said[]>>;

const aCheck = (id: string) =>
  preflightCheckFor<Facts>()({
    id,
    title: id,
    group: 'backup',
    effect: 'Because.',
    remedy: 'Mend it.',
    limits: { maxAgeHours: 24 },
    *ask(facts) {
      yield* facts[id] ?? [];
    },
  });

const unseen = unknownBecause({ unknown: 'access denied to rds:DescribeEvents', needs: 'rds:DescribeEvents' });

const judged = (facts: Facts, options: { waivers?: readonly Waiver[]; checks?: Record<string, unknown> } = {}) =>
  judgeAnswers(facts, Object.keys(facts).map(aCheck), {
    checks: (options.checks ?? {}) as never,
    waivers: options.waivers ?? [],
    today: '2026-11-25',
    knownChecks: [...Object.keys(facts), 'down-missing'],
  });

test.each([
  ['access denied', 'Access denied.'],
  ['rds:DescribeDBClusters failed', 'rds:DescribeDBClusters failed.'],
  ['db.example.com is no endpoint', 'db.example.com is no endpoint.'],
  ['2 sessions are hidden', '2 sessions are hidden.'],
])('%s is a sentence in which names stay as they are', (unknown, message) => {
  expect(unknownBecause({ unknown }).message).toBe(message);
});

describe('the outcome', () => {
  test.each([
    ['safe', { a: [pass('Fine.')], b: [warn('Hm.')] }],
    ['unsafe', { a: [pass('Fine.')], b: [fail('No.')] }],
    ['inconclusive', { a: [pass('Fine.')], b: [unseen] }],
    ['unsafe', { a: [fail('No.')], b: [unseen] }],
    ['inconclusive', { a: [] }],
  ] as const)('is %s for %j', (outcome, facts) => {
    expect(judged(facts).verdict.outcome).toBe(outcome);
  });

  test('is inconclusive when a check breaks, and says so', () => {
    const broken = { ...aCheck('a'), ask: () => JSON.parse('{') as never };
    const { verdict } = judgeAnswers({}, [broken], {
      checks: {},
      waivers: [],
      today: '2026-11-25',
      knownChecks: ['a'],
    });
    expect(verdict).toMatchObject({ outcome: 'inconclusive', notJudged: [{ check: 'a' }] });
    expect(verdict.notJudged[0]?.reason).toContain('It broke');
  });
});

describe('a waiver', () => {
  const waiver: Waiver = { check: 'a', reason: 'events are nobody’s here' };

  test('by name accepts what could not be seen, and stays visible', () => {
    const { verdict, answers } = judged({ a: [unseen] }, { waivers: [waiver] });
    expect(verdict).toMatchObject({ outcome: 'safe', notJudged: [], waived: [{ reason: waiver.reason }] });
    expect(answers[0]).toMatchObject({ answer: 'unknown', waived: { reason: waiver.reason } });
  });

  test('for what could not be seen does not accept what was seen', () => {
    const waivers = [{ ...waiver, answer: 'unknown' as const }];
    expect(judged({ a: [unseen] }, { waivers }).verdict.outcome).toBe('safe');
    expect(judged({ a: [fail('No.')] }, { waivers }).verdict.outcome).toBe('unsafe');
  });

  test('that has run out accepts nothing and is named', () => {
    const { verdict } = judged({ a: [unseen] }, { waivers: [{ ...waiver, until: '2026-11-24' }] });
    expect(verdict.outcome).toBe('inconclusive');
    expect(verdict.findings.map(({ check }) => check)).toEqual(['waiver-expired']);
  });

  test('that is not needed is named, but one for another command is none of our business', () => {
    const { verdict } = judged({ a: [pass('Fine.')] }, { waivers: [waiver, { check: 'down-missing', reason: 'x' }] });
    expect(verdict.findings.map(({ check, evidence }) => [check, evidence['waives']])).toEqual([
      ['waiver-unused', 'a'],
    ]);
  });

  test('for one relation leaves the others', () => {
    const on = (relation: string): Said => ({ ...fail('No.'), relation });
    const { verdict } = judged(
      { a: [on('public.users'), on('public.orders')] },
      { waivers: [{ ...waiver, relation: 'public.users' }] },
    );
    expect(verdict.findings.map(({ where }) => where.relation)).toEqual(['public.orders']);
  });
});

describe('the config', () => {
  test('switches a check off', () => {
    expect(judged({ a: [fail('No.')] }, { checks: { a: 'off' } })).toMatchObject({
      verdict: { outcome: 'safe' },
      answers: [{ answer: 'skipped' }],
    });
  });

  test('moves the severity of what was seen, never of what was not', () => {
    const checks = { a: { severity: 'warning' }, b: { severity: 'note' } };
    const { verdict } = judged({ a: [fail('No.')], b: [unseen] }, { checks });
    expect(verdict).toMatchObject({ outcome: 'inconclusive', findings: [{ check: 'a', severity: 'warning' }] });
  });

  test('replaces limits', () => {
    const check = preflightCheckFor<Facts>()({
      ...aCheck('a'),
      *ask(_: Facts, { maxAgeHours }: { readonly maxAgeHours: number }) {
        yield pass(`The limit is ${maxAgeHours} h.`);
      },
    });
    const { answers } = judgeAnswers({}, [check], {
      checks: { a: { maxAgeHours: 3 } },
      waivers: [],
      today: '2026-11-25',
      knownChecks: ['a'],
    });
    expect(answers[0]?.message).toBe('The limit is 3 h.');
  });
});
