import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../../src/checks/index.ts';
import { judge, type JudgeOptions } from '../../../src/checks/judge.ts';
import type { Recording, StepRecord } from '../../../src/recording/recording.ts';
import { aMigration, aRecording, aRoundTrip, aStep, added } from '../../helpers/recordings.ts';

const options = (changes: Partial<JudgeOptions> = {}): JudgeOptions => ({
  checks: {},
  waivers: [],
  today: '2026-11-23',
  ...changes,
});

const verdictOf = (parts: Partial<Recording>, changes: Partial<JudgeOptions> = {}) =>
  judge(aRecording(parts), options(changes));

const failed = (purpose: StepRecord['purpose'], message = 'no'): StepRecord =>
  aStep(purpose, { status: 'failed', failure: { message, sqlState: '42P01' } });

const skipped = (purpose: StepRecord['purpose'], reason: string, migration = '0001_vip'): StepRecord =>
  aStep(purpose, { status: 'not-run', reason, migration });

describe('judge', () => {
  test('a rehearsal in which everything came back is safe', () => {
    expect(verdictOf({ steps: aRoundTrip({}) })).toEqual({ outcome: 'safe', findings: [], notJudged: [], waived: [] });
  });

  test('nothing to rehearse is safe, a rehearsal that stopped is not', () => {
    expect(verdictOf({}).outcome).toBe('safe');
    expect(verdictOf({ interrupted: true }).outcome).toBe('inconclusive');
  });

  test('all at once that nobody could try is not safe, though each alone went well', () => {
    const together = {
      migrations: ['0001_vip', '0002_vip'],
      status: 'not-run',
      durationMs: 0,
      reason: 'no room',
    } as const;
    const { outcome, notJudged } = verdictOf({ steps: aRoundTrip({}), together });
    expect(outcome).toBe('inconclusive');
    expect(notJudged).toEqual([
      { check: 'up-failed', reason: 'all pending migrations at once were not applied: no room' },
    ]);
  });

  test('no waiver and no switch makes an interrupted rehearsal safe', () => {
    const waivers = [{ check: 'up-failed', reason: 'flaky' }];
    expect(verdictOf({ interrupted: true }, { waivers }).outcome).toBe('inconclusive');
    expect(verdictOf({ interrupted: true }, { checks: { 'up-failed': 'off' } }).outcome).toBe('inconclusive');
  });

  test('a waiver for a check or a migration that does not exist is called that', () => {
    const waivers = [
      { check: 'down-losses-data', migration: '0001_vip', reason: 'x' },
      { check: 'down-loses-data', migration: '0002_vip', reason: 'x' },
    ];
    expect(verdictOf({ steps: aRoundTrip({}) }, { waivers }).findings.map(({ message }) => message)).toEqual([
      'The waiver for down-losses-data of 0001_vip was not needed: there is no check "down-losses-data".',
      'The waiver for down-loses-data of 0002_vip was not needed: there is no migration "0002_vip".',
    ]);
  });

  test('a waiver for a check of the pre-flight is none of its business', () => {
    const waivers = [{ check: 'backup-not-proved', reason: 'our own metal', until: '2020-01-01' }];
    const knownChecks = [...CHECKS.map(({ id }) => id), 'backup-not-proved'];
    expect(verdictOf({ steps: aRoundTrip({}) }, { waivers, knownChecks }).findings).toEqual([]);
    expect(verdictOf({ steps: aRoundTrip({}) }, { waivers }).findings).toHaveLength(1);
  });

  test('an observer that broke makes its checks not judged, with the reason', () => {
    const verdict = verdictOf({
      observed: ['statements', 'data', 'invariants'],
      observerFailures: [{ observer: 'schema', message: 'connection lost' }],
      steps: aRoundTrip({}),
    });
    expect(verdict.outcome).toBe('inconclusive');
    expect(verdict.notJudged.map(({ check }) => check).toSorted()).toEqual(
      CHECKS.filter(({ needs }) => needs.includes('schema'))
        .map(({ id }) => id)
        .toSorted(),
    );
    expect(verdict.notJudged[0]?.reason).toContain('connection lost');
  });

  test('`off` switches a check off, a severity replaces its own, a limit its default', () => {
    const steps = aRoundTrip({}, { durationMs: 70_000 });
    expect(verdictOf({ steps }).outcome).toBe('unsafe');
    expect(verdictOf({ steps }, { checks: { 'step-too-slow': 'off' } }).findings).toEqual([]);
    expect(verdictOf({ steps }, { checks: { 'step-too-slow': { severity: 'note' } } }).findings[0]).toMatchObject({
      severity: 'note',
    });
    expect(verdictOf({ steps }, { checks: { 'step-too-slow': { maxMs: 80_000 } } }).findings).toEqual([]);
  });

  test.each([
    ['the last one, where the others were caught', ['!a', 'b', '!c'], 'c'],
    ['the first of a transaction that was rolled back', ['a', '!b', '!c', 'ROLLBACK', 'd'], 'b'],
    ['the last one without a transaction', ['!a', '!b', 'c'], 'b'],
    ['the only one of a transaction', ['!a', 'ROLLBACK', 'b'], 'a'],
  ])('the statement that failed is %s', (_, sent, blamed) => {
    const statements = sent.map((sql) => (sql.startsWith('!') ? { sql: sql.slice(1) } : { sql, durationMs: 1 }));
    const [finding] = verdictOf({ steps: [{ ...failed('apply'), observations: { statements } }] }).findings;
    expect(finding?.evidence).toMatchObject({ statement: blamed });
  });

  test('a waiver beside the statement waives its own migration', () => {
    const { plan } = aRecording();
    const waiver = { check: 'down-missing', reason: 'archive' };
    const migrations = [aMigration('0001_vip', { reversible: false, waivers: [waiver] })];
    expect(verdictOf({ plan: { ...plan, migrations }, steps: [aStep('apply')] })).toMatchObject({
      outcome: 'safe',
      findings: [],
      waived: [{ finding: { check: 'down-missing' } }],
    });
  });
});

describe('steps that failed or did not run', () => {
  test('a failed up is one finding; what it prevents in its own migration is none', () => {
    const steps = [
      failed('apply', 'relation "x" does not exist'),
      skipped('revert', 'it could not be applied'),
      skipped('reapply', 'it could not be applied'),
    ];
    const verdict = verdictOf({ steps });
    expect(verdict.findings.map(({ check, message }) => `${check}: ${message}`)).toEqual([
      'up-failed: 0001_vip could not be applied: relation "x" does not exist (SQLSTATE 42P01)',
    ]);
    expect(verdict.notJudged).toEqual([]);
  });

  test('what another migration prevents is not judged', () => {
    const steps = [failed('apply'), skipped('apply', '0001_vip, which it depends on, is not applied', '0002_city')];
    expect(verdictOf({ steps }).notJudged).toEqual([
      { check: 'up-failed', reason: 'up of 0002_city was not run: 0001_vip, which it depends on, is not applied' },
    ]);
  });

  test('waiving a failure does not make safe what was never run', () => {
    const steps = [failed('apply'), skipped('apply', 'x', '0002_city')];
    const waivers = [{ check: 'up-failed', migration: '0001_vip', reason: 'known' }];
    expect(verdictOf({ steps }, { waivers }).outcome).toBe('inconclusive');
  });

  test('a revert that failed and one that only fails at the end are both reported once', () => {
    expect(
      verdictOf({ steps: [aStep('apply'), failed('revert'), skipped('reapply', 'x')] }).findings.map(
        ({ check }) => check,
      ),
    ).toEqual(['down-failed']);
    expect(
      verdictOf({ steps: [aStep('apply'), aStep('revert'), aStep('reapply'), failed('unwind')] }).findings.map(
        ({ check }) => check,
      ),
    ).toEqual(['down-failed']);
  });

  test('that a migration with an empty way back cannot be applied twice is a consequence', () => {
    const steps = [
      aStep('apply', { observations: { schema: [added('table', 'public.t')] } }),
      aStep('revert'),
      failed('reapply'),
    ];
    expect(verdictOf({ steps }).findings.map(({ check }) => check)).toEqual(['down-missing']);
  });

  test('a failed step that left something behind says so', () => {
    const left = {
      ...failed('apply', 'duplicate'),
      observations: { schema: [added('index', 'public.i', { valid: false }, 'public.t')] },
    };
    const checks = verdictOf({ steps: [left] }).findings;
    expect(checks.map(({ check }) => check).toSorted()).toEqual(['index-invalid', 'up-failed']);
    expect(checks.find(({ check }) => check === 'up-failed')?.message).toContain('It left 1 changed object behind.');
  });
});

describe('order', () => {
  const { plan } = aRecording();

  test('every problem of the graph is a finding, all at once', () => {
    const problems = [
      { kind: 'cycle', path: ['a', 'b', 'a'] },
      { kind: 'missing-dependency', migration: 'c', dependency: 'x' },
      { kind: 'multiple-heads', heads: ['d', 'e'] },
      { kind: 'duplicate-id', id: 'f', files: ['f1.sql', 'f2.sql'] },
    ] as const;
    expect(
      verdictOf({ plan: { ...plan, problems } })
        .findings.map(({ check, where }) => `${check} ${where.migration}`)
        .toSorted(),
    ).toEqual(['graph-cycle a', 'graph-duplicate-id f', 'graph-missing-dependency c', 'graph-multiple-heads e']);
  });

  test('books and files are compared', () => {
    const migrations = [aMigration('1', { applied: true }), aMigration('2'), aMigration('3', { applied: true })];
    const applied = [{ id: '1', edited: true }, { id: '3' }, { id: '9' }];
    expect(
      verdictOf({ plan: { ...plan, migrations, applied } })
        .findings.map(({ check, where }) => `${check} ${where.migration}`)
        .toSorted(),
    ).toEqual(['applied-migration-edited 1', 'applied-migration-missing 9', 'graph-out-of-order 2']);
  });
});

const withUps = (...ms: number[]) => ms.map((durationMs, i) => aStep(i === 0 ? 'apply' : 'reapply', { durationMs }));

describe('time', () => {
  const baseline = { '0001_vip': { up: [100, 120], down: [10] } };

  test('slower than the baseline means every run of it', () => {
    expect(verdictOf({ baseline, steps: withUps(400, 500) }).findings[0]).toMatchObject({
      check: 'slower-than-baseline',
      where: { direction: 'up' },
      evidence: { fastestNowMs: 400, slowestEarlierMs: 120, runs: 2 },
    });
    expect(verdictOf({ baseline, steps: withUps(400, 130) }).findings).toEqual([]);
    expect(verdictOf({ baseline, steps: withUps(190) }).findings).toEqual([]);
  });
});

describe('backup', () => {
  const { backup } = aRecording();

  test.each([
    ['backup-stale', { createdAt: '2026-11-20T10:00:00Z', maxAgeHours: 48 }],
    ['backup-empty', { tables: 0, rows: 0 }],
    ['backup-empty', { rows: 0 }],
    ['server-major-differs', { serverMajor: 15 }],
    ['backup-restore-incomplete', { missingExtensions: ['postgis'] }],
    ['backup-restore-incomplete', { complaints: [{ message: 'relation "x" does not exist' }] }],
  ])('%s bites on %j', (check, details) => {
    expect(verdictOf({ backup: { ...backup, ...details } }).findings.map((finding) => finding.check)).toEqual([check]);
  });

  test.each([
    ['a fresh one', { createdAt: '2026-11-23T09:00:00Z', maxAgeHours: 48 }],
    ['an old one when no age was asked for', { createdAt: '2001-01-01T09:00:00Z' }],
    ['an empty database that was asked for', { format: 'none', tables: 0, rows: 0 } as const],
  ])('is silent on %s', (_, details) => {
    expect(verdictOf({ backup: { ...backup, ...details } })).toMatchObject({ outcome: 'safe', findings: [] });
  });

  test('an age that was asked for and cannot be known is not judged', () => {
    expect(verdictOf({ backup: { ...backup, maxAgeHours: 48 } })).toMatchObject({
      outcome: 'inconclusive',
      notJudged: [{ check: 'backup-stale' }],
    });
  });
});
