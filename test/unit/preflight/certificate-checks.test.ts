import { describe, expect, test } from 'vitest';

import type { PreflightCheck, Said } from '../../../src/preflight/check.ts';
import { certificateBackupChecks } from '../../../src/preflight/checks/certificate-backup.ts';
import { certificateMigrationChecks } from '../../../src/preflight/checks/certificate-migrations.ts';
import { certificateRollbackChecks } from '../../../src/preflight/checks/certificate-rollback.ts';
import { certificateSchemaChecks } from '../../../src/preflight/checks/certificate-schema.ts';
import { certificateTrustChecks } from '../../../src/preflight/checks/certificate-trust.ts';
import { certificateVerdictChecks } from '../../../src/preflight/checks/certificate-verdict.ts';
import type { RehearsalPredicate } from '../../../src/preflight/facts/certificate.ts';
import type { PreflightFacts } from '../../../src/preflight/facts/index.ts';
import type { DriftedObject, RehearsalFacts, SignatureFacts } from '../../../src/preflight/facts/rehearsal.ts';
import { known, unknown } from '../../../src/preflight/reading.ts';
import { aPredicate } from '../../helpers/certificates.ts';

const CHECKS: readonly PreflightCheck<PreflightFacts>[] = [
  ...certificateTrustChecks,
  ...certificateVerdictChecks,
  ...certificateMigrationChecks,
  ...certificateSchemaChecks,
  ...certificateBackupChecks,
  ...certificateRollbackChecks,
];

const sha256 = (letter: string): string => letter.repeat(64);

const ON_DISK = [
  { id: '0001_begin', reversible: true, checksum: sha256('1') },
  { id: '0002_items', reversible: true, checksum: sha256('2') },
  { id: '0003_phone', reversible: true, checksum: sha256('3') },
];

const certified = (
  predicate: RehearsalPredicate,
  signature: SignatureFacts = { signed: false, keyIds: [], verified: false },
): RehearsalFacts['certificate'] => known({ file: 'certificate.json', sha256: sha256('a'), signature, predicate });

function facts(rehearsal: Partial<RehearsalFacts> = {}): PreflightFacts {
  return {
    format: 1,
    tool: { name: 'pgrehearse', version: '0.0.0' },
    takenAt: '2026-11-25T11:00:00.000Z',
    target: { host: 'db.example', port: 5432, database: 'shop', user: 'release' },
    policy: { allowCustomEndpoint: false, createSnapshot: false },
    database: {} as never,
    invariants: known([]),
    rehearsal: {
      certificate: certified(aPredicate()),
      migrations: known(ON_DISK),
      applied: known([{ id: '0001_begin' }]),
      schema: known({ sha256: sha256('b'), drift: known([]) }),
      ...rehearsal,
    },
  };
}

function ask(id: string, given: PreflightFacts, limits: object = {}): Said[] {
  const check = CHECKS.find((one) => one.id === id);
  if (!check) throw new Error(`there is no check ${id}`);
  return [...check.ask(given, { ...check.limits, ...limits })];
}

const lines = (id: string, rehearsal: Partial<RehearsalFacts>, limits: object = {}): string[] =>
  ask(id, facts(rehearsal), limits).map(({ answer, message }) => `${answer}: ${message}`);

const withPredicate = (parts: Partial<RehearsalPredicate>): Partial<RehearsalFacts> => ({
  certificate: certified(aPredicate(parts)),
});

const predicate = aPredicate();

describe('each check', () => {
  test.each(CHECKS.map((check) => [check.id, check] as const))('%s passes where all is well', (id) => {
    const answers = ask(id, facts());
    const expected = id === 'certificate-untrusted' ? 'skipped' : 'pass';
    expect(answers.map(({ answer, message }) => [answer, message])).toEqual([[expected, expect.any(String)]]);
  });

  test('without a certificate: one is unknown, none passes but those that ask something else', () => {
    const given = facts({
      certificate: unknown('there is no certificate'),
      schema: known({ sha256: sha256('b'), drift: unknown('there is no certificate to compare with') }),
    });
    const answers = CHECKS.map(({ id }) => [id, ...ask(id, given).map(({ answer }) => answer)]);
    expect(answers.filter(([, answer]) => answer !== 'skipped')).toEqual([
      ['certificate-missing', 'unknown'],
      ['applied-not-on-disk', 'pass'],
      ['migration-books-in-disorder', 'pass'],
    ]);
  });

  test('what could not be read is unknown, and never a pass', () => {
    const given = facts({
      migrations: unknown('the folder is gone'),
      applied: unknown('the books may not be read', 'SELECT on public.knex_migrations'),
      schema: unknown('another session holds a lock'),
    });
    const answers = CHECKS.flatMap(({ id }) => ask(id, given).map(({ answer }) => `${answer} ${id}`));
    expect(answers.filter((answer) => answer.startsWith('unknown'))).toEqual([
      'unknown pending-not-rehearsed',
      'unknown migration-edited-since-rehearsal',
      'unknown applied-not-on-disk',
      'unknown migration-books-in-disorder',
      'unknown schema-drift',
    ]);
    expect(ask('migration-books-in-disorder', given)).toMatchObject([
      { remedy: 'Grant SELECT on public.knex_migrations.' },
    ]);
  });
});

describe('trust', () => {
  const key = { expectedKeyId: sha256('c') };

  test.each<[string, SignatureFacts, string]>([
    ['not signed', { signed: false, keyIds: [], verified: false, ...key }, 'certificate.json is not signed.'],
    [
      'signed with another key',
      { signed: true, keyIds: [sha256('d')], verified: false, ...key },
      'certificate.json is signed with the key dddddddddddddddd, not with cccccccccccccccc.',
    ],
    [
      'changed afterwards',
      { signed: true, keyIds: [sha256('c')], verified: false, ...key },
      'certificate.json has a signature that is not of the key cccccccccccccccc, or was changed after it had been signed.',
    ],
  ])('%s: fails', (_, signature, message) => {
    expect(lines('certificate-untrusted', { certificate: certified(predicate, signature) })).toEqual([
      `fail: ${message}`,
    ]);
  });

  test('signed as it should be: passes', () => {
    const signature = { signed: true, keyIds: [], verified: true, ...key };
    expect(ask('certificate-untrusted', facts({ certificate: certified(predicate, signature) }))).toMatchObject([
      { answer: 'pass' },
    ]);
  });

  test('old, or from the future: fails', () => {
    expect(lines('certificate-too-old', withPredicate({ rehearsedAt: '2026-11-17T10:00:00.000Z' }))).toEqual([
      'fail: The rehearsal was 193 h 00 min ago; the limit is 168 h.',
    ]);
    expect(lines('certificate-too-old', {}, { maxAgeHours: 0.5 })).toEqual([
      'fail: The rehearsal was 1 h 00 min ago; the limit is 0.5 h.',
    ]);
    expect(lines('certificate-too-old', withPredicate({ rehearsedAt: '2026-11-26T10:00:00.000Z' }))).toEqual([
      'fail: The certificate says that the rehearsal was at 2026-11-26T10:00:00.000Z, which is still to come.',
    ]);
  });
});

describe('the verdict', () => {
  test.each<[Partial<RehearsalPredicate>, readonly string[]]>([
    [
      { verdict: { ...predicate.verdict, outcome: 'unsafe', errors: 2 } },
      ['fail: The rehearsal of 2026-11-25T10:00:00.000Z ended unsafe, with 2 errors.'],
    ],
    [
      { verdict: { ...predicate.verdict, outcome: 'inconclusive', notJudged: ['down-loses-data'] } },
      ['fail: The rehearsal of 2026-11-25T10:00:00.000Z ended inconclusive: down-loses-data could not be judged.'],
    ],
    [{ interrupted: true }, ['fail: The rehearsal of 2026-11-25T10:00:00.000Z was interrupted before its end.']],
  ])('%#: fails', (parts, expected) => expect(lines('certificate-not-safe', withPredicate(parts))).toEqual(expected));

  test('waived findings are named', () => {
    const verdict = { ...predicate.verdict, waived: ['down-missing', 'step-too-slow'] };
    expect(lines('certificate-waived', withPredicate({ verdict }))).toEqual([
      'warn: The rehearsal found down-missing, step-too-slow, which somebody waived.',
    ]);
  });
});

describe('migrations', () => {
  const NEW = { id: '0004_new', reversible: true, checksum: sha256('4') };

  test.each<[string, Partial<RehearsalFacts>, readonly string[]]>([
    [
      'one more on disk',
      { migrations: known([...ON_DISK, NEW]) },
      ['fail: 0004_new is pending in production and was not rehearsed as such.'],
    ],
    [
      'one applied already',
      { applied: known([{ id: '0001_begin' }, { id: '0002_items' }]) },
      ['fail: 0002_items was rehearsed and is applied in production already.'],
    ],
    [
      'one gone from disk',
      { migrations: known(ON_DISK.slice(0, 2)) },
      ['fail: 0003_phone was rehearsed and is not on disk any more.'],
    ],
    [
      'one that the backup had',
      { applied: known([]) },
      [
        'fail: 0001_begin is pending in production and was not rehearsed as such: the rehearsed backup had it applied already.',
      ],
    ],
    [
      'one applied since',
      { migrations: known([...ON_DISK, NEW]), applied: known([{ id: '0001_begin' }, { id: '0004_new' }]) },
      ['fail: 0004_new is applied in production and was neither in the rehearsed backup nor rehearsed.'],
    ],
    [
      'another order',
      { migrations: known([ON_DISK[0], ON_DISK[2], ON_DISK[1]].flatMap((one) => one ?? [])) },
      ['fail: Production would apply 0003_phone, 0002_items; they were rehearsed in the order 0002_items, 0003_phone.'],
    ],
  ])('%s: fails', (_, rehearsal, expected) => expect(lines('pending-not-rehearsed', rehearsal)).toEqual(expected));

  test('with the scope `all`, what was rehearsed once more is not expected to be pending', () => {
    const rehearsed = [{ id: '0001_begin', checksum: sha256('1') }, ...predicate.migrations.rehearsed];
    const parts = { migrations: { ...predicate.migrations, scope: 'all', rehearsed } };
    expect(lines('pending-not-rehearsed', withPredicate(parts))).toEqual([
      'pass: The 2 pending migrations were rehearsed in this order.',
    ]);
  });

  test('an edited file fails; one without a checksum is unknown', () => {
    const edited = ON_DISK.map((one) => (one.id === '0003_phone' ? { ...one, checksum: sha256('e') } : one));
    expect(lines('migration-edited-since-rehearsal', { migrations: known(edited) })).toEqual([
      'fail: 0003_phone has another checksum than when it was rehearsed.',
    ]);
    const without = ON_DISK.map(({ id, reversible }) => ({ id, reversible }));
    expect(lines('migration-edited-since-rehearsal', { migrations: known(without) })).toEqual([
      'unknown: 0002_items has no checksum on disk to compare with.',
      'unknown: 0003_phone has no checksum on disk to compare with.',
    ]);
  });

  test('the books: what is not on disk, unfinished or edited', () => {
    const applied = known([
      { id: '0000_lost' },
      { id: '0001_begin', edited: true },
      { id: '0002_items', unfinished: true },
    ]);
    expect(lines('applied-not-on-disk', { applied })).toEqual([
      'fail: 0000_lost is applied in production and not on disk.',
    ]);
    expect(lines('migration-books-in-disorder', { applied })).toEqual([
      "fail: 0001_begin is in production's books with another checksum than its file has now.",
      "fail: 0002_items is in production's books as begun and not finished.",
    ]);
  });
});

describe('schema', () => {
  const drifted = (objects: readonly DriftedObject[]): Partial<RehearsalFacts> => ({
    schema: known({ sha256: sha256('b'), drift: known(objects) }),
  });

  test('each object is named, with its relation for a waiver', () => {
    const said = ask(
      'schema-drift',
      facts(
        drifted([
          { kind: 'column', name: 'public.users.phone', parent: 'public.users', how: 'extra' },
          { kind: 'index', name: 'public.users_email', parent: 'public.users', how: 'missing' },
          { kind: 'table', name: 'public.users', how: 'different', properties: ['owner shop → postgres'] },
          { kind: 'function', name: 'public.f()', how: 'different' },
        ]),
      ),
    );
    expect(said.map(({ answer, relation, message }) => [answer, relation, message])).toEqual([
      ['fail', 'public.users', 'The column public.users.phone is in production and was not there in the rehearsal.'],
      ['fail', 'public.users', 'The index public.users_email was there in the rehearsal and is missing in production.'],
      [
        'fail',
        'public.users',
        'The table public.users is not in production as it was rehearsed: owner shop → postgres.',
      ],
      ['fail', undefined, 'The function public.f() is not in production as it was rehearsed.'],
    ]);
  });

  test('of many objects some are named and the rest counted', () => {
    const many = Array.from({ length: 25 }, (_, n): DriftedObject => ({
      kind: 'type',
      name: `public.t${n}`,
      how: 'extra',
    }));
    const said = lines('schema-drift', drifted(many));
    expect(said).toHaveLength(21);
    expect(said.at(-1)).toBe('fail: 5 further objects differ from the rehearsal.');
  });

  test('a rehearsal that did not watch the schema proves nothing of it', () => {
    const schema = known({ sha256: sha256('b'), drift: unknown('the rehearsal could not watch the schema') });
    expect(lines('schema-drift', { schema })).toEqual(['unknown: The rehearsal could not watch the schema.']);
  });

  test('what the backup does not hold is said', () => {
    expect(lines('schema-drift', {})).toEqual([
      'pass: 1 object in production are as they were rehearsed. The backup holds no comments, which were not compared.',
    ]);
  });
});

describe('backup and way back', () => {
  const backup = predicate.backup;

  test.each<[Partial<RehearsalPredicate['backup']>, string]>([
    [
      { createdAt: '2026-11-01T10:00:00.000Z' },
      'warn: The backup was 576 h 00 min old when it was rehearsed; the limit is 168 h.',
    ],
    [
      { format: 'none' },
      'warn: The rehearsal began with an empty database: what it says of data and time is worth little.',
    ],
    [{ rows: 0 }, 'warn: The rehearsed backup holds no rows.'],
  ])('%j', (parts, expected) => {
    expect(lines('rehearsed-backup-stale', withPredicate({ backup: { ...backup, ...parts } }))[0]).toBe(expected);
  });

  test('a backup of unknown age, and one of another database', () => {
    const { createdAt: _, ...plain } = backup;
    expect(lines('rehearsed-backup-stale', withPredicate({ backup: plain }))).toEqual([
      'warn: The backup shop.dump does not say when it was made.',
    ]);
    expect(lines('rehearsed-other-database', withPredicate({ backup: { ...backup, database: 'staging' } }))).toEqual([
      'warn: The backup is of the database staging, not of shop.',
    ]);
  });

  test('the way back: forward only, missing, slow', () => {
    const forwardOnly = { migrations: { ...predicate.migrations, forwardOnly: true } };
    expect(lines('way-back-not-rehearsed', withPredicate(forwardOnly))).toEqual([
      'warn: The rehearsal was forward only: no way back was tried.',
    ]);
    const timings = predicate.timings.filter(
      ({ migration, direction }) => direction === 'up' || migration === '0002_items',
    );
    expect(lines('way-back-not-rehearsed', withPredicate({ timings }))).toEqual([
      'warn: No way back was rehearsed for 0003_phone.',
    ]);
    const slow = predicate.timings.map((timing) => ({ ...timing, durationMs: 200_000 }));
    expect(lines('way-back-slow', withPredicate({ timings: slow }))).toEqual([
      'warn: The way back of 2 pending migrations took 6 min 40 s in the rehearsal; the limit is 5 min.',
    ]);
  });
});
