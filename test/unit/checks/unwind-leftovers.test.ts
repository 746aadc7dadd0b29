import { expect, test } from 'vitest';

import { downLeavesSchemaChanged } from '../../../src/checks/down-leaves-schema-changed.ts';
import { judge } from '../../../src/checks/judge.ts';
import type { Properties, SchemaChange } from '../../../src/recording/schema-snapshot.ts';
import { added, aMigration, aRecording, aRoundTrip } from '../../helpers/recordings.ts';

const [first, second] = ['0001_statistics', '0002_fillfactor'];

const blamed = (own: readonly SchemaChange[][], later: readonly SchemaChange[][]): string[] => {
  const [apply = [], revert = [], reapply = [], unwind = []] = own;
  const [laterApply = [], laterRevert = [], laterReapply = [], laterUnwind = []] = later;
  const firsts = aRoundTrip(
    { apply: { schema: apply }, revert: { schema: revert }, reapply: { schema: reapply }, unwind: { schema: unwind } },
    { migration: first },
  );
  const seconds = aRoundTrip(
    {
      apply: { schema: laterApply },
      revert: { schema: laterRevert },
      reapply: { schema: laterReapply },
      unwind: { schema: laterUnwind },
    },
    { migration: second },
  );
  const recording = aRecording({
    plan: { ...aRecording().plan, migrations: [aMigration(first), aMigration(second)] },
    steps: [...firsts.slice(0, 3), ...seconds, ...firsts.slice(3)],
  });
  const options = { checks: {}, waivers: [], today: '2026-11-23' };
  return judge(recording, options, [downLeavesSchemaChanged]).findings.map(
    ({ where, evidence }) => `${where.migration}: ${String(evidence['differences'])}`,
  );
};

const from = (before: Properties, after: Properties): SchemaChange => ({
  kind: 'index',
  name: 'public.i',
  before,
  after,
});

test('what a later migration left on an object is not laid on an earlier one that changes the same object', () => {
  const plain = { definition: 'plain' };
  const [withTarget, both] = [
    { ...plain, targets: '2: 100' },
    { definition: 'filled', targets: '2: 100' },
  ];
  expect(
    blamed(
      [
        [from(plain, withTarget)],
        [from(withTarget, plain)],
        [from(plain, withTarget)],
        [from(both, { ...both, targets: null })],
      ],
      [[from(withTarget, both)], [from(both, withTarget)], [from(withTarget, both)], [from(both, both)]],
    ),
  ).toEqual(['0002_fillfactor: index public.i: definition plain → filled']);
});

test('an object that a later migration left is not laid on an earlier one that changes it while going back', () => {
  const made = added('index', 'public.p1_i', { partOf: 'public.p_i' });
  const detached: SchemaChange = { ...made, before: { partOf: 'public.p_i' }, after: {} };
  const gone: SchemaChange = { kind: 'index', name: 'public.p1_i', before: { partOf: 'public.p_i' } };
  expect(blamed([[], [], [], [detached]], [[made], [gone], [made], []])).toEqual([
    '0002_fillfactor: index public.p1_i added',
  ]);
});
