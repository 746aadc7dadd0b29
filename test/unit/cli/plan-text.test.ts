import { expect, test } from 'vitest';
import { planText, type PlannedSteps } from '../../../src/cli/plan-text.ts';
import { aMigration, aRecording } from '../../helpers/recordings.ts';

const { plan } = aRecording();
const there = (migration: string): PlannedSteps['steps'] => [{ migration, direction: 'up', purpose: 'apply' }];
const andBack = (migration: string): PlannedSteps['steps'] => [
  ...there(migration),
  { migration, direction: 'down', purpose: 'revert' },
  { migration, direction: 'up', purpose: 'reapply' },
];
const unwind = (migration: string): PlannedSteps['steps'] => [{ migration, direction: 'down', purpose: 'unwind' }];

const textOf = (planned: PlannedSteps): string => planText(planned, (_, text) => text);

test('says for each migration what will be done', () => {
  const migrations = [
    aMigration('0001_a', { applied: true, rehearsed: false }),
    aMigration('0002_b'),
    aMigration('0003_c', { reversible: false }),
  ];
  const steps = [...andBack('0002_b'), ...there('0003_c'), ...unwind('0002_b')];
  expect(textOf({ plan: { ...plan, migrations, applied: [{ id: '0001_a' }] }, steps })).toBe(
    [
      '2 migrations of 3 to rehearse (sql, scope pending); 1 applied in the backup.',
      '',
      '   1  0001_a  applied',
      '   2  0002_b  up, down, up again',
      '   3  0003_c  up: no way back on file',
      '',
      'At the end 1 migration is taken back, newest first, to the restored state.',
      '',
    ].join('\n'),
  );
});

test('says that an applied migration is taken back first', () => {
  const migrations = [aMigration('0001_a', { applied: true })];
  const text = textOf({
    plan: { ...plan, scope: 'last:1', migrations },
    steps: [...unwind('0001_a'), ...andBack('0001_a')],
  });
  expect(text).toContain('0001_a  down first (the backup has it), then up, down, up again');
});

test('says of a pending migration outside of the scope that it is only applied', () => {
  const migrations = [aMigration('0001_a', { rehearsed: false }), aMigration('0002_b')];
  const text = textOf({ plan: { ...plan, migrations }, steps: [...there('0001_a'), ...andBack('0002_b')] });
  expect(text).toContain('0001_a  up: a later one needs it');
});

test('names every problem', () => {
  const problems = [
    { kind: 'cycle', path: ['a', 'b', 'a'] },
    { kind: 'missing-dependency', migration: 'c', dependency: 'gone' },
    { kind: 'multiple-heads', heads: ['x', 'y'] },
    { kind: 'duplicate-id', id: '0001', files: ['0001_a.sql', '0001_b.sql'] },
  ] as const;
  const applied = [{ id: 'lost' }, { id: '0001_vip', edited: true, unfinished: true }];
  const text = textOf({ plan: { ...plan, problems, applied }, steps: [] });
  for (const line of [
    '✗ Cycle: a → b → a',
    '✗ c needs gone, which is not there',
    '✗ Several heads: x, y',
    '✗ 0001 is there more than once: 0001_a.sql, 0001_b.sql',
    '✗ lost is applied in the backup, but there is no such migration',
    '✗ 0001_vip was edited after it was applied',
    '✗ 0001_vip was started in the backup but never finished',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
});
