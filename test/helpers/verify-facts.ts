import type { Answer } from '../../src/findings/answer.ts';
import type { JudgeOptions } from '../../src/checks/judge.ts';
import type { RehearsalPredicate } from '../../src/preflight/facts/certificate.ts';
import type { Receipt, ReceiptContent } from '../../src/preflight/facts/receipt.ts';
import { judgeAnswers } from '../../src/preflight/judge.ts';
import { known, unknown } from '../../src/preflight/reading.ts';
import { VERIFY_CHECKS } from '../../src/preflight/verify/checks/index.ts';
import type { VerifyFacts } from '../../src/preflight/verify/facts.ts';
import { sealReceipt } from '../../src/preflight/verify/receipt.ts';

/** A release of two migrations that went well: 1_a for 5 s back, 2_b for 0.2 s. */
export function aPredicate(changes: Partial<RehearsalPredicate> = {}): RehearsalPredicate {
  const digest = {
    sha256: '0',
    objects: { 'table public.users': '1', 'column public.users.id': '1', 'column public.users.email': '2' },
  };
  return {
    format: 1,
    tool: { name: 'pgrehearse', version: '0.0.0' },
    rehearsedAt: '2026-11-25T17:00:00.000Z',
    durationMs: 60_000,
    interrupted: false,
    verdict: { outcome: 'safe', errors: 0, warnings: 0, notJudged: [], waived: [] },
    server: { provider: 'local', version: '18.4', major: 18, migrationRole: 'shop', settings: {} },
    extensions: { before: {}, after: {} },
    backup: { format: 'custom', tables: 1, rows: 1 },
    migrations: {
      tool: 'knex',
      scope: 'pending',
      forwardOnly: false,
      rehearsed: [
        { id: '1_a', checksum: 'aa' },
        { id: '2_b', checksum: 'bb' },
      ],
      applied: ['0_start'],
    },
    schema: { before: digest, after: digest, leftOut: [] },
    tables: [
      {
        relation: 'public.users',
        kind: 'table',
        migrations: ['1_a'],
        existedBefore: true,
        schemaChanged: true,
        dataChanged: false,
      },
    ],
    timings: [
      { migration: '1_a', direction: 'up', durationMs: 9000 },
      { migration: '1_a', direction: 'down', durationMs: 5000 },
      { migration: '2_b', direction: 'up', durationMs: 100 },
      { migration: '2_b', direction: 'down', durationMs: 200 },
    ],
    invariants: [],
    ...changes,
  };
}

export function aReceipt(changes: Partial<ReceiptContent> = {}): Receipt {
  return sealReceipt({
    format: 1,
    tool: { name: 'pgrehearse', version: '0.0.0' },
    issuedAt: '2026-11-25T18:00:00.500Z',
    validUntil: '2026-11-25T18:15:00.500Z',
    outcome: 'safe',
    account: '123456789012',
    region: 'eu-central-1',
    resource: {
      kind: 'instance',
      identifier: 'shop',
      resourceId: 'db-SHOP',
      arn: 'arn:aws:rds:eu-central-1:123456789012:db:shop',
      engine: 'postgres',
    },
    snapshot: { id: 'rds:shop-2026-11-25', dataTime: '2026-11-25T03:00:00.000Z' },
    latestRestorableAt: '2026-11-25T17:56:00.000Z',
    rpoSeconds: 240,
    target: TARGET,
    systemIdentifier: '7000',
    certificateSha256: 'cafe',
    pending: ['1_a', '2_b'],
    invariants: [{ name: 'balance', value: '10', rows: 1 }],
    answers: [{ check: 'backup-stale', answer: 'pass', message: 'Fresh.' }],
    ...changes,
  });
}

const TARGET = { host: 'db.example.com', port: 5432, database: 'shop', user: 'verifier' };

/** Everything is as it should be. */
export function verifyFacts(changes: Partial<VerifyFacts> = {}, predicate = aPredicate()): VerifyFacts {
  return {
    format: 1,
    tool: { name: 'pgrehearse', version: '0.0.0' },
    takenAt: '2026-11-25T18:10:00.000Z',
    target: TARGET,
    rehearsal: {
      certificate: known({
        file: 'certificate.json',
        sha256: 'cafe',
        signature: { signed: false, keyIds: [], verified: false },
        predicate,
      }),
      migrations: known([
        { id: '0_start', checksum: '00', reversible: true },
        { id: '1_a', checksum: 'aa', reversible: true },
        { id: '2_b', checksum: 'bb', reversible: true },
      ]),
      applied: known([{ id: '0_start' }, { id: '1_a' }, { id: '2_b' }]),
      schema: known({ extensions: {}, sha256: '0', drift: known([]) }),
    },
    receipt: known(aReceipt()),
    database: databaseFacts(),
    queries: [],
    urls: [],
    ...changes,
  };
}

export function databaseFacts(changes: Partial<VerifyFacts['database']> = {}): VerifyFacts['database'] {
  return {
    systemIdentifier: known('7000'),
    appliedAt: known(['2026-11-25T18:05:02.000Z', '2026-11-25T18:05:00.000Z']),
    invalidIndexes: known([]),
    unvalidatedConstraints: known([]),
    statistics: known([]),
    invariants: [],
    ...changes,
  };
}

export const notTold = unknown('permission denied', 'pg_monitor');

/** `fail check: message`, but for what passes or does not apply. */
export const answerLines = (facts: VerifyFacts, checks: JudgeOptions['checks'] = {}): string[] =>
  answersOf(facts, checks)
    .filter(({ answer }) => answer !== 'pass' && answer !== 'skipped')
    .map(({ answer, check, message }) => `${answer} ${check}: ${message}`);

export const answersOf = (facts: VerifyFacts, checks: JudgeOptions['checks'] = {}): readonly Answer[] =>
  judgeAnswers(facts, VERIFY_CHECKS, {
    checks,
    waivers: [],
    today: '2026-11-25',
    knownChecks: VERIFY_CHECKS.map(({ id }) => id),
  }).answers;
