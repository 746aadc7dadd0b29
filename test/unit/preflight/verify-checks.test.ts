import { describe, expect, test } from 'vitest';

import { known, unknown } from '../../../src/preflight/reading.ts';
import { VERIFY_CHECKS } from '../../../src/preflight/verify/checks/index.ts';
import type { TableStatistics, VerifyFacts } from '../../../src/preflight/verify/facts.ts';
import {
  answerLines,
  answersOf,
  aPredicate,
  aReceipt,
  databaseFacts,
  notTold,
  verifyFacts,
} from '../../helpers/verify-facts.ts';

test('where all is well, nothing is said against it', () => {
  expect(answerLines(verifyFacts())).toEqual([]);
});

test('every check answers, whatever could not be read', () => {
  const facts = verifyFacts({
    rehearsal: {
      certificate: notTold,
      migrations: notTold,
      applied: notTold,
      pending: notTold,
      schema: notTold,
    } as VerifyFacts['rehearsal'],
    receipt: notTold,
    database: {
      systemIdentifier: notTold,
      appliedAt: notTold,
      invalidIndexes: notTold,
      unvalidatedConstraints: notTold,
      statistics: notTold,
      invariants: [{ name: 'a', expect: '1', reading: notTold }],
    },
    queries: [{ name: 'a', expect: '1', reading: notTold, durationMs: 0 }],
    alarms: { prefix: 'shop', found: notTold },
  });
  const answers = answersOf(facts);
  expect([...new Set(answers.map(({ check }) => check))]).toEqual(VERIFY_CHECKS.map(({ id }) => id));
  expect(answers.filter(({ answer }) => answer === 'pass' || answer === 'warn')).toEqual([]);
  expect(answers.map(({ message }) => message)).not.toContain('It gave no answer.');
});

describe('the receipt', () => {
  const withReceipt = (changes: Parameters<typeof aReceipt>[0], facts: Partial<VerifyFacts> = {}): string[] =>
    answerLines(verifyFacts({ receipt: known(aReceipt(changes)), ...facts }));

  test('of a pre-flight that did not let it through', () => {
    const answers = [
      { check: 'backup-stale', answer: 'fail', message: '' },
      { check: 'alarm', answer: 'pass', message: '' },
      { check: 'backup-not-proved', answer: 'unknown', message: '', waived: 'our own metal' },
    ] as const;
    expect(withReceipt({ outcome: 'unsafe', answers })).toEqual([
      'fail verify-receipt-not-safe: The pre-flight of 2026-11-25T18:00:00.500Z ended unsafe: backup-stale.',
    ]);
  });

  test.each([
    ['another server', { systemIdentifier: '7001' }, 'The pre-flight saw the system identifier 7001 instead of 7000.'],
    [
      'another database of the same server',
      { target: { host: 'db.example.com', port: 5432, database: 'shop2', user: 'verifier' } },
      'The pre-flight saw the database shop2 instead of shop.',
    ],
  ])('%s', (_, changes, message) => {
    expect(withReceipt(changes)).toEqual([`fail verify-receipt-other-database: ${message}`]);
  });

  test('a server behind another name is the same by its identifier', () => {
    const target = { host: 'proxy.example.com', port: 6432, database: 'shop', user: 'admin' };
    expect(withReceipt({ target })).toEqual([]);
  });

  test('where the server does not say who it is, AWS does', () => {
    const database = databaseFacts({ systemIdentifier: notTold });
    expect(withReceipt({}, { database, resourceId: known('db-SHOP') })).toEqual([]);
    expect(withReceipt({}, { database, resourceId: known('db-OTHER') })).toEqual([
      'fail verify-receipt-other-database: The pre-flight saw the resource id db-SHOP instead of db-OTHER.',
    ]);
    const target = { host: 'other.example.com', port: 5432, database: 'shop', user: 'verifier' };
    expect(withReceipt({ target }, { database, resourceId: notTold })).toEqual([
      'unknown verify-receipt-other-database: The pre-flight connected to other.example.com:5432, not to db.example.com:5432, and neither tells which server it is.',
    ]);
  });

  test('the same address is no proof where AWS was asked and did not say', () => {
    const database = databaseFacts({ systemIdentifier: notTold });
    expect(withReceipt({}, { database })).toEqual([]);
    expect(withReceipt({}, { database, resourceId: unknown('access denied to rds:DescribeDBInstances') })).toEqual([
      'unknown verify-receipt-other-database: Access denied to rds:DescribeDBInstances.',
    ]);
  });

  test('times that could not be read are not books without times', () => {
    expect(withReceipt({}, { database: databaseFacts({ appliedAt: notTold }) })).toEqual([
      'unknown verify-receipt-expired: Permission denied.',
    ]);
  });

  test('another certificate, other migrations, no certificate', () => {
    expect(withReceipt({ certificateSha256: 'beef' })).toEqual([
      'fail verify-receipt-other-rehearsal: The pre-flight of the receipt had another certificate than this one.',
    ]);
    expect(withReceipt({ pending: ['1_a'] })).toEqual([
      'fail verify-receipt-other-rehearsal: What waited at the pre-flight is not what was rehearsed: 1_a instead of 1_a, 2_b.',
    ]);
    const { certificateSha256: _, sha256: __, ...without } = aReceipt();
    expect(answerLines(verifyFacts({ receipt: known({ ...without, sha256: '' }) }))).toEqual([
      'fail verify-receipt-other-rehearsal: The pre-flight of the receipt had no certificate.',
    ]);
  });

  test('a wider scope of the rehearsal asks for no more than what waited', () => {
    const predicate = aPredicate();
    const wide = {
      ...predicate,
      migrations: {
        ...predicate.migrations,
        rehearsed: [{ id: '0_start', checksum: '00' }, ...predicate.migrations.rehearsed],
      },
    };
    expect(answerLines(verifyFacts({}, wide))).toEqual([]);
  });

  const appliedAt = (...times: string[]): Partial<VerifyFacts> => ({
    database: databaseFacts({ appliedAt: known(times) }),
  });

  test('valid when the first of the migrations ran, though not when the last one ended', () => {
    expect(withReceipt({}, appliedAt('2026-11-25T18:40:00Z', '2026-11-25T18:15:30Z'))).toEqual([]);
    expect(withReceipt({}, appliedAt('2026-11-25T18:40:00Z', '2026-11-25T18:20:00Z'))).toEqual([
      'fail verify-receipt-expired: The first migration was applied at 2026-11-25T18:20:00Z; the receipt was valid until 2026-11-25T18:15:00.500Z.',
    ]);
    expect(withReceipt({}, appliedAt('2026-11-25T18:40:00Z', '2026-11-25T17:50:00Z'))).toEqual([
      'fail verify-receipt-expired: The first migration was applied at 2026-11-25T17:50:00Z, before the receipt was issued at 2026-11-25T18:00:00.500Z.',
    ]);
  });

  test('books without times leave the age', () => {
    expect(withReceipt({}, { ...appliedAt(), takenAt: '2026-11-26T17:00:00Z' })).toEqual([]);
    expect(withReceipt({}, { ...appliedAt(), takenAt: '2026-11-26T19:00:00Z' })).toEqual([
      'fail verify-receipt-expired: The receipt is 25 h 00 min old; the limit is 24 h, since the books do not say when the migration ran.',
    ]);
    expect(withReceipt({}, { takenAt: '2026-11-25T17:00:00Z' })).toEqual([
      'fail verify-receipt-expired: The receipt was issued at 2026-11-25T18:00:00.500Z, which is 1 h 00 min from now.',
    ]);
  });
});

describe('invariants', () => {
  const invariant = (expected: string, value: string, rows = 1): Partial<VerifyFacts> => ({
    database: databaseFacts({
      invariants: [{ name: 'balance', expect: expected, reading: known({ name: 'balance', value, rows }) }],
    }),
  });

  test('unchanged is compared with the receipt', () => {
    expect(answerLines(verifyFacts(invariant('unchanged', '10')))).toEqual([]);
    expect(answerLines(verifyFacts(invariant('unchanged', '11')))).toEqual([
      'fail verify-invariant-broken: The invariant "balance" does not hold: it gave 10, now 11.',
    ]);
  });

  test('unchanged without a reading from before is unknown', () => {
    const lines = [
      'unknown verify-invariant-broken: What the invariant "balance" gave before the migration is not known: it stands in the receipt of the pre-flight.',
    ];
    const { receipt: _, ...facts } = verifyFacts(invariant('unchanged', '10'));
    expect(answerLines(facts)).toEqual(lines);
    expect(answerLines({ ...facts, receipt: known(aReceipt({ invariants: [] })) })).toEqual(lines);
  });

  test('one that failed before the migration says nothing', () => {
    const invariants = [{ name: 'balance', value: '', rows: 0, error: 'no such table' }];
    expect(
      answerLines(verifyFacts({ ...invariant('unchanged', '10'), receipt: known(aReceipt({ invariants })) })),
    ).toEqual([
      'unknown verify-invariant-broken: The invariant "balance" failed before the migration already (no such table).',
    ]);
  });

  test('empty and a value', () => {
    expect(answerLines(verifyFacts(invariant('empty', '0 rows', 0)))).toEqual([]);
    expect(answerLines(verifyFacts(invariant('empty', '5', 1)))).toEqual([
      'fail verify-invariant-broken: The invariant "balance" does not hold: it gives 1 row instead of none.',
    ]);
    expect(answerLines(verifyFacts(invariant('5', '5')))).toEqual([]);
  });
});

describe('statistics', () => {
  const PLAIN: TableStatistics = {
    relation: 'public.users',
    partitioned: false,
    extended: false,
    rows: 5000,
    columns: [],
    none: false,
    indexes: [],
    masked: [],
    rowsHidden: false,
  };
  const withStatistics = (table: TableStatistics): VerifyFacts =>
    verifyFacts({ database: databaseFacts({ statistics: known([table]) }) });
  const lacking = (parts: Partial<TableStatistics>): VerifyFacts => withStatistics({ ...PLAIN, ...parts });

  test.each([
    ['a column of before', { columns: ['email'] }, 'fail', 'ANALYZE public.users (email);'],
    ['in a small table', { columns: ['email'], rows: 999 }, 'warn', 'ANALYZE public.users (email);'],
    ['a new column', { columns: ['city'] }, 'warn', 'ANALYZE public.users (city);'],
    ['columns and an index', { columns: ['city'], indexes: ['public.i'] }, 'warn', 'ANALYZE public.users;'],
    ['with statistics over several columns', { columns: ['email'], extended: true }, 'fail', 'ANALYZE public.users;'],
    [
      'a partitioned table that nobody analyzes',
      { columns: ['id', 'email'], none: true, partitioned: true },
      'warn',
      'ANALYZE public.users;',
    ],
    ['all of a table', { columns: ['id', 'email'], none: true }, 'fail', 'ANALYZE public.users;'],
  ] as const)('%s', (_, parts, answer, statement) => {
    const said = answersOf(lacking(parts)).find(({ check }) => check === 'verify-statistics-lost');
    expect(said).toMatchObject({
      answer,
      remedy: `Run ${statement}`,
      evidence: { statement },
      relation: 'public.users',
    });
  });

  test('the limit can be moved', () => {
    const [line] = answerLines(lacking({ columns: ['email'] }), { 'verify-statistics-lost': { minRows: 10_000 } });
    expect(line).toBe(
      'warn verify-statistics-lost: public.users of about 5,000 rows has no statistics for its column email.',
    );
  });

  test('what may be an empty table is unknown', () => {
    const { rows: _, ...hidden } = { ...PLAIN, columns: ['email'], rowsHidden: true };
    expect(answerLines(withStatistics(hidden))).toEqual([
      'unknown verify-statistics-lost: There are no statistics of public.users for its column email, and we may not see whether it holds rows.',
    ]);
  });
});

describe('schema and certificate', () => {
  test('very many deviations are cut, and counted', () => {
    const drift = known(
      Array.from({ length: 60 }, (_, n) => ({
        kind: 'column',
        name: `public.t.c${n}`,
        how: 'missing' as const,
        parent: 'public.t',
      })),
    );
    const facts = verifyFacts();
    const answers = answersOf({
      ...facts,
      rehearsal: { ...facts.rehearsal, schema: known({ extensions: {}, sha256: '1', drift }) },
    }).filter(({ check }) => check === 'verify-schema-differs');
    expect(answers).toHaveLength(51);
    expect(answers[0]).toMatchObject({ relation: 'public.t', answer: 'fail' });
    expect(answers.at(-1)?.message).toBe('As many as 10 further objects differ from the end of the rehearsal.');
  });

  test('a certificate of a rehearsal that ended badly, or was interrupted', () => {
    const verdict = { outcome: 'unsafe', errors: 2, warnings: 0, notJudged: ['up-failed'], waived: [] } as const;
    expect(answerLines(verifyFacts({}, aPredicate({ verdict })))).toEqual([
      'fail verify-certificate-not-safe: The rehearsal of 2026-11-25T17:00:00.000Z ended unsafe: 2 errors, 1 check not judged.',
    ]);
    expect(answerLines(verifyFacts({}, aPredicate({ interrupted: true })))).toEqual([
      'fail verify-certificate-not-safe: The rehearsal of 2026-11-25T17:00:00.000Z was interrupted.',
    ]);
  });

  test('a certificate that is not signed as the config asks', () => {
    const facts = verifyFacts();
    const signedBy = (signature: object): VerifyFacts =>
      ({
        ...facts,
        rehearsal: {
          ...facts.rehearsal,
          certificate: known({ file: 'c', sha256: 'cafe', predicate: aPredicate(), signature }),
        },
      }) as VerifyFacts;
    expect(answerLines(signedBy({ signed: true, keyIds: ['a'], expectedKeyId: 'a', verified: true }))).toEqual([]);
    expect(answerLines(signedBy({ signed: true, keyIds: ['b'], expectedKeyId: 'a', verified: false }))).toEqual([
      'fail verify-certificate-not-verified: The certificate is signed with another key; the config asks for a.',
    ]);
    expect(answerLines(signedBy({ signed: false, keyIds: [], expectedKeyId: 'a', verified: false }))).toEqual([
      'fail verify-certificate-not-verified: The certificate is not signed; the config asks for a.',
    ]);
  });

  test('a rehearsal without a schema cannot be compared with', () => {
    const facts = verifyFacts();
    const drift = unknown('the rehearsal could not watch the schema');
    expect(
      answerLines({
        ...facts,
        rehearsal: { ...facts.rehearsal, schema: known({ extensions: {}, sha256: '1', drift }) },
      }),
    ).toEqual(['unknown verify-schema-differs: The rehearsal could not watch the schema.']);
  });

  test('migrations that were edited, not rehearsed, or wait', () => {
    const facts = verifyFacts();
    const migrations = known([
      { id: '1_a', checksum: 'ab', reversible: true },
      { id: '2_b', checksum: 'bb', reversible: true },
      { id: '3_c', reversible: true },
    ]);
    const applied = known([{ id: '0_start' }, { id: '1_a' }, { id: '2_b' }, { id: 'x' }]);
    expect(answerLines({ ...facts, rehearsal: { ...facts.rehearsal, migrations, applied } })).toEqual([
      'fail verify-migration-edited: The files of 1_a are not those that were rehearsed.',
      'fail verify-migration-unexpected: x is applied in production and was not rehearsed.',
      'warn verify-migration-unexpected: 3_c is on disk, was not rehearsed, and is not applied.',
    ]);
  });

  test('files that cannot be compared are not those that were rehearsed', () => {
    const facts = verifyFacts();
    const migrations = known([{ id: '1_a', reversible: true }]);
    expect(answerLines({ ...facts, rehearsal: { ...facts.rehearsal, migrations } })).toEqual([
      'unknown verify-migration-edited: 1_a has no checksum on disk to compare with.',
      'unknown verify-migration-edited: 2_b is not on disk to compare with.',
    ]);
  });

  test('what ran from a file that was put back since, and what production never had', () => {
    const facts = verifyFacts();
    const applied = known([{ id: '1_a', edited: true }, { id: '2_b' }]);
    expect(answerLines({ ...facts, rehearsal: { ...facts.rehearsal, applied } })).toEqual([
      'fail verify-migration-edited: 1_a ran in production with another checksum than its file has.',
      'fail verify-migration-not-applied: 0_start was applied in the rehearsed backup and is not in production.',
    ]);
  });

  test('an index that is being built is no fault yet', () => {
    const index = { index: 'public.i', relation: 'public.users', partitioned: false, building: true };
    expect(answerLines(verifyFacts({ database: databaseFacts({ invalidIndexes: known([index]) }) }))).toEqual([
      'warn verify-index-invalid: The index public.i is being built at this moment.',
    ]);
    const elsewhere = { ...index, relation: 'public.other', building: false };
    expect(answerLines(verifyFacts({ database: databaseFacts({ invalidIndexes: known([elsewhere]) }) }))).toEqual([
      'warn verify-index-invalid: The index public.i on public.other is invalid; no rehearsed migration touches it.',
    ]);
  });
});
