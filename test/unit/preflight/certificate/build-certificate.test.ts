import { describe, expect, test } from 'vitest';

import { buildCertificate } from '../../../../src/preflight/certificate/build-certificate.ts';
import { digestOf } from '../../../../src/preflight/certificate/schema-digest.ts';
import { schemaStates } from '../../../../src/preflight/certificate/states.ts';
import { touchedTables } from '../../../../src/preflight/certificate/touched-tables.ts';
import type { Recording } from '../../../../src/recording/recording.ts';
import { objectKey, type SchemaObject, type SchemaSnapshot } from '../../../../src/recording/schema-snapshot.ts';
import {
  aColumn,
  added,
  aMigration,
  aRecording,
  aRoundTrip,
  aStep,
  aTable,
  dataChange,
  removed,
} from '../../../helpers/recordings.ts';
import { aVerdict } from '../../../helpers/verdicts.ts';

const snapshot = (...objects: readonly SchemaObject[]): SchemaSnapshot =>
  Object.fromEntries(objects.map((object) => [objectKey(object), object]));

const table = (name: string, properties: SchemaObject['properties'] = {}): SchemaObject => ({
  kind: 'table',
  name,
  properties,
});

const USERS = table('public.users', { owner: 'shop' });

const statesOf = (parts: Partial<Recording>) => {
  const states = schemaStates(aRecording({ start: { schema: snapshot(USERS) }, ...parts }));
  return { before: Object.keys(states?.before ?? {}), after: Object.keys(states?.after ?? {}) };
};

describe('the states', () => {
  test('of pending migrations: as restored, and with all of them applied, not as unwound', () => {
    const steps = [
      ...aRoundTrip({
        apply: { schema: [added('table', 'public.a')] },
        revert: { schema: [removed('table', 'public.a')] },
        reapply: { schema: [added('table', 'public.a')] },
        unwind: { schema: [removed('table', 'public.a')] },
      }),
    ];
    expect(statesOf({ steps })).toEqual({
      before: ['table public.users'],
      after: ['table public.users', 'table public.a'],
    });
  });

  test('of a round trip that was spoilt: as applying once leaves it, since production applies once', () => {
    const steps = [
      ...aRoundTrip({
        apply: { schema: [added('table', 'public.a')] },
        revert: { schema: [removed('table', 'public.a'), removed('table', 'public.users')] },
        reapply: { schema: [added('table', 'public.a')] },
      }).slice(0, 3),
      aStep('apply', {
        migration: '0002',
        rebuilt: {
          reason: 'spoilt',
          durationMs: 1,
          schema: [added('table', 'public.users', { owner: 'shop' })],
          data: [],
        },
        observations: { schema: [added('table', 'public.b')] },
      }),
    ];
    expect(statesOf({ steps }).after).toEqual(['table public.users', 'table public.a', 'table public.b']);
  });

  test('of the last round trip, spoilt and not built anew', () => {
    const steps = aRoundTrip({
      apply: { schema: [added('table', 'public.a')] },
      revert: { schema: [removed('table', 'public.a'), added('table', 'public.rest')] },
      reapply: { schema: [added('table', 'public.a')] },
    }).slice(0, 3);
    expect(statesOf({ steps }).after).toEqual(['table public.users', 'table public.a']);
  });

  test('of a migration that the backup held and that was taken back first: production has it', () => {
    const steps = [
      aStep('unwind', { observations: { schema: [removed('table', 'public.users')] } }),
      ...aRoundTrip({
        apply: { schema: [added('table', 'public.users', { owner: 'shop' })] },
        revert: { schema: [removed('table', 'public.users')] },
        reapply: { schema: [added('table', 'public.users', { owner: 'shop' })] },
      }).slice(0, 3),
    ];
    expect(statesOf({ steps })).toEqual({ before: ['table public.users'], after: ['table public.users'] });
  });

  test('without what failed or was not run', () => {
    const steps = [
      aStep('apply', { observations: { schema: [added('table', 'public.a')] } }),
      aStep('apply', {
        migration: '0002',
        status: 'failed',
        observations: { schema: [added('table', 'public.half')] },
      }),
      aStep('apply', { migration: '0003', status: 'not-run' }),
    ];
    expect(statesOf({ steps }).after).toEqual(['table public.users', 'table public.a']);
  });

  test('are absent where nobody watched the schema', () => {
    const predicate = buildCertificate(aRecording({ observed: ['data'] }), aVerdict());
    expect(predicate).not.toHaveProperty('schema');
    expect(predicate).not.toHaveProperty('resources');
    expect(predicate.extensions).toEqual({ before: {}, after: {} });
  });
});

describe('tables that are touched', () => {
  const touched = (parts: Partial<Recording>) => {
    const recording = aRecording({ start: { schema: snapshot(USERS, table('public."Odd (one)"')) }, ...parts });
    return touchedTables(recording, schemaStates(recording));
  };
  const names = (parts: Partial<Recording>) => touched(parts).map(({ relation }) => relation);
  const applying = (...schema: readonly ReturnType<typeof added>[]) => ({
    steps: [aStep('apply', { observations: { schema } })],
  });

  test.each([
    ['a column', added('column', 'public.users.phone', {}, 'public.users'), ['public.users']],
    ['an index', removed('index', 'public.users_email', {}, 'public.users'), ['public.users']],
    ['a trigger', added('trigger', 'public.users.t', {}, 'public.users'), ['public.users']],
    [
      'a foreign key, and the table that it refers to',
      added(
        'constraint',
        'public.users.fk',
        { definition: 'FOREIGN KEY (a) REFERENCES public."Odd (one)"(id) ON DELETE CASCADE' },
        'public.users',
      ),
      ['public."Odd (one)"', 'public.users'],
    ],
    [
      'a partition, and its parent',
      added('table', 'public.users_1', { inherits: ['public.users'] }),
      ['public.users', 'public.users_1'],
    ],
    [
      'a table that becomes a partition, and its parent',
      { kind: 'table', name: 'public.later', before: {}, after: { inherits: ['public.users'] } },
      ['public.later', 'public.users'],
    ],
    [
      'a partition that is changed',
      {
        kind: 'table',
        name: 'public.part',
        before: { inherits: ['public.users'] },
        after: { inherits: ['public.users'], owner: 'x' },
      },
      ['public.part'],
    ],
    ['an attribute of a type, which is no table', added('column', 'public.pair.a', {}, 'public.pair'), []],
    ['a function', added('function', 'public.f()'), []],
  ])('%s', (_, change, expected) => expect(names(applying(change))).toEqual(expected));

  test('by rows alone', () => {
    const change = dataChange('public.users', aTable(1, { a: aColumn('x') }), aTable(2, { a: aColumn('y') }));
    const [users] = touched({
      start: {
        schema: snapshot(USERS),
        data: { tables: { 'public.users': aTable(1, {}) }, sequences: {}, unread: {} },
      },
      steps: [aStep('apply', { observations: { data: [change] } })],
    });
    expect(users).toMatchObject({ schemaChanged: false, dataChanged: true, existedBefore: true, rowsBefore: 1 });
  });

  test('not by the way back, nor by what production has applied already', () => {
    const schema = [added('column', 'public.users.phone', {}, 'public.users')];
    expect(names({ steps: [aStep('revert', { observations: { schema } })] })).toEqual([]);
    const { plan } = aRecording();
    expect(names({ ...applying(...schema), plan: { ...plan, applied: [{ id: '0001_vip' }] } })).toEqual([]);
  });

  test('that is made and gone again before the end', () => {
    const steps = [
      aStep('apply', { observations: { schema: [added('table', 'public.passing')] } }),
      aStep('apply', { migration: '0002', observations: { schema: [removed('table', 'public.passing')] } }),
    ];
    expect(touched({ steps })).toMatchObject([
      { relation: 'public.passing', kind: 'table', existedBefore: false, migrations: ['0001_vip', '0002'] },
    ]);
  });
});

describe('what cannot be compared', () => {
  const leftOut = (objects: readonly SchemaObject[], namedRoles: readonly string[]) => {
    const recording = aRecording({ start: { schema: snapshot(...objects) } });
    return buildCertificate({ ...recording, backup: { ...recording.backup, namedRoles } }, aVerdict()).schema?.leftOut;
  };

  test('is what the backup does not hold', () => {
    const full = { owner: 'shop', privileges: ['a=r/shop'], comment: 'c', securityLabels: ['s'] };
    expect(leftOut([table('public.a', full)], ['shop'])).toEqual([]);
    expect(leftOut([table('public.a', full)], ['a'])).toEqual(['owner', 'privileges']);
    expect(leftOut([table('public.a', { owner: 'shop' })], ['shop'])).toEqual([
      'privileges',
      'comment',
      'securityLabels',
    ]);
    expect(leftOut([], [])).toEqual(['owner', 'privileges', 'comment', 'securityLabels']);
  });

  test('makes no difference', () => {
    const restored = digestOf(snapshot(table('public.a', { owner: 'postgres' })), ['owner', 'privileges']);
    const production = digestOf(snapshot(table('public.a', { owner: 'shop', privileges: ['b=r/shop'] })), [
      'owner',
      'privileges',
    ]);
    expect(production).toEqual(restored);
  });
});

test('resources: what is written is summed, what is full at once is not', () => {
  const use = (walBytes: number, peakDatabaseBytes: number) => ({
    resources: { walBytes, databaseBytes: 1_000, peakDatabaseBytes },
  });
  const { resources } = buildCertificate(
    aRecording({
      start: { resources: { databaseBytes: 900 } },
      steps: [
        ...aRoundTrip({
          apply: use(10, 2_000),
          revert: use(100, 9_000),
          reapply: use(10, 2_000),
          unwind: use(100, 9_000),
        }),
        aStep('apply', { migration: '0002', observations: use(5, 3_000) }),
      ],
    }),
    aVerdict(),
  );
  expect(resources).toEqual({ walBytes: 15, peakDiskBytes: 3_000, startDiskBytes: 900 });
});

test('timings: the newest of each step; extensions without quotes; settings without those for speed', () => {
  const extension: SchemaObject = { kind: 'extension', name: '"uuid-ossp"', properties: { version: '1.1' } };
  const predicate = buildCertificate(
    aRecording({
      start: { schema: snapshot(extension) },
      server: { ...aRecording().server, settings: { timezone: 'Europe/Berlin', fsync: 'off', log_statement: 'none' } },
      plan: { ...aRecording().plan, migrations: [aMigration(), aMigration('0002', { rehearsed: false })] },
      steps: [
        aStep('apply', { durationMs: 1 }),
        aStep('revert', { durationMs: 2 }),
        aStep('reapply', { durationMs: 3 }),
        aStep('unwind', { durationMs: 4, status: 'failed' }),
      ],
    }),
    aVerdict(),
  );
  expect(predicate.timings).toEqual([
    { migration: '0001_vip', direction: 'up', durationMs: 3 },
    { migration: '0001_vip', direction: 'down', durationMs: 2 },
  ]);
  expect(predicate.extensions.before).toEqual({ 'uuid-ossp': '1.1' });
  expect(predicate.server.settings).toEqual({ timezone: 'Europe/Berlin' });
  expect(predicate.migrations.rehearsed).toEqual([{ id: '0001_vip' }]);
});
