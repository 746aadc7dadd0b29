import { describe, expect, test } from 'vitest';
import type { Migration } from '../../../src/migrations/source.ts';
import { makePlan, planSteps } from '../../../src/rehearsal/plan.ts';
import type { RehearsalRequest, Scope } from '../../../src/rehearsal/request.ts';

const migration = (id: string, dependsOn: string[], details: Partial<Migration> = {}): Migration => ({
  id,
  dependsOn,
  reversible: true,
  files: [`/project/migrations/${id}.sql`],
  waivers: [],
  ...details,
});

const request = (scope: Scope, forwardOnly = false): RehearsalRequest => ({
  projectFolder: '/project',
  server: { provider: 'local', settings: {} },
  migrations: { options: {} },
  rehearsal: { scope, forwardOnly },
  invariants: [],
  showValues: false,
});

const HISTORY = [migration('a', []), migration('b', ['a']), migration('c', ['b'])];

const steps = (scope: Scope, applied: string[], { migrations = HISTORY, forwardOnly = false } = {}): string[] =>
  planSteps(
    makePlan(
      request(scope, forwardOnly),
      'sql',
      { migrations, bookkeeping: [] },
      applied.map((id) => ({ id })),
    ),
  ).map((step) => `${step.purpose} ${step.migration.id}`);

describe('planned steps', () => {
  test('pending: a round trip for each, then everything back', () => {
    expect(steps('pending', ['a'])).toEqual([
      'apply b',
      'revert b',
      'reapply b',
      'apply c',
      'revert c',
      'reapply c',
      'unwind c',
      'unwind b',
    ]);
  });

  test('all: what is applied goes first, newest first, and stays applied at the end', () => {
    expect(steps('all', ['a', 'b'])).toEqual([
      'unwind b',
      'unwind a',
      ...['a', 'b', 'c'].flatMap((id) => [`apply ${id}`, `revert ${id}`, `reapply ${id}`]),
      'unwind c',
    ]);
  });

  test('last:1 with two pending: the first is only applied, and unwound', () => {
    expect(steps('last:1', ['a'])).toEqual(['apply b', 'apply c', 'revert c', 'reapply c', 'unwind c', 'unwind b']);
  });

  test('one without a way back is applied and left', () => {
    const migrations = [migration('a', []), migration('b', ['a'], { reversible: false })];
    expect(steps('pending', [], { migrations })).toEqual(['apply a', 'revert a', 'reapply a', 'apply b', 'unwind a']);
  });

  test('forward only', () => {
    expect(steps('all', ['a'], { forwardOnly: true })).toEqual(['apply b', 'apply c']);
  });
});

test('files are recorded relative to the project', () => {
  const { record } = makePlan(request('pending'), 'sql', { migrations: HISTORY, bookkeeping: [] }, []);
  expect(record.migrations[0]?.files).toEqual(['migrations/a.sql']);
});
