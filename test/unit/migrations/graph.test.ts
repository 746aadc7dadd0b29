import { describe, expect, test } from 'vitest';

import { orderMigrations } from '../../../src/migrations/graph.ts';
import type { Migration } from '../../../src/migrations/source.ts';

const aMigration = (id: string, dependsOn: readonly string[] = [], files: readonly string[] = []): Migration => ({
  id,
  dependsOn,
  reversible: true,
  files,
  waivers: [],
});

/** `{ b: ['a'] }`: b depends on a. In the order in which the tool lists them. */
const migrationsOf = (dependencies: Readonly<Record<string, readonly string[]>>): Migration[] =>
  Object.entries(dependencies).map(([id, dependsOn]) => aMigration(id, dependsOn));

const idsOf = (migrations: readonly Migration[]): string[] => migrations.map(({ id }) => id);

describe('order', () => {
  test('puts what is needed first', () => {
    const { ordered, problems } = orderMigrations(migrationsOf({ lines: ['orders'], orders: ['users'], users: [] }));
    expect(idsOf(ordered)).toEqual(['users', 'orders', 'lines']);
    expect(problems).toEqual([]);
  });

  test('keeps the order of the tool where dependencies leave it open', () => {
    const { ordered } = orderMigrations(migrationsOf({ z: [], b: [], a: ['z'], '10': [], '9': [] }));
    expect(idsOf(ordered).filter((id) => !['9', '10'].includes(id))).toEqual(['z', 'b', 'a']);
  });

  test('has nothing to say about no migrations', () => {
    expect(orderMigrations([])).toEqual({ ordered: [], problems: [] });
  });
});

describe('problems', () => {
  test('names a cycle by its path, from the smallest id, closed', () => {
    const { problems } = orderMigrations(migrationsOf({ m3: ['m2'], m2: ['m1'], m1: ['m3'] }));
    expect(problems).toEqual([{ kind: 'cycle', path: ['m1', 'm3', 'm2', 'm1'] }]);
  });

  test('names a migration that depends on itself', () => {
    expect(orderMigrations(migrationsOf({ a: ['a'] })).problems).toEqual([{ kind: 'cycle', path: ['a', 'a'] }]);
  });

  test('names two cycles that share a migration, each once', () => {
    const { problems } = orderMigrations(migrationsOf({ a: ['b', 'c'], b: ['a'], c: ['a'] }));
    expect(problems).toEqual([
      { kind: 'cycle', path: ['a', 'b', 'a'] },
      { kind: 'cycle', path: ['a', 'c', 'a'] },
    ]);
  });

  test('puts what is in a cycle or behind a missing one last, and says both', () => {
    const { ordered, problems } = orderMigrations(
      migrationsOf({
        after: ['lost'],
        ring1: ['ring2'],
        ring2: ['ring1'],
        behind: ['after'],
        sound: [],
        fine: ['sound'],
      }),
    );
    expect(idsOf(ordered)).toEqual(['sound', 'fine', 'after', 'ring1', 'ring2', 'behind']);
    expect(problems).toEqual([
      { kind: 'cycle', path: ['ring1', 'ring2', 'ring1'] },
      { kind: 'missing-dependency', migration: 'after', dependency: 'lost' },
      { kind: 'multiple-heads', heads: ['behind', 'fine'] },
    ]);
  });

  test('names several heads, in the order of their numbers', () => {
    const { problems } = orderMigrations(migrationsOf({ root: [], m10: ['root'], m9: ['root'] }));
    expect(problems).toEqual([{ kind: 'multiple-heads', heads: ['m9', 'm10'] }]);
  });

  test.each([
    ['a tool that may have several heads', { singleHead: false }, { root: [], a: ['root'], b: ['root'] }],
    ['migrations without any dependency', {}, { a: [], b: [], c: [] }],
    ['branches that were joined', {}, { root: [], a: ['root'], b: ['root'], join: ['a', 'b'] }],
  ])('says nothing of heads for %s', (_, options, dependencies) => {
    expect(orderMigrations(migrationsOf(dependencies), options).problems).toEqual([]);
  });

  test('names one file of each migration that shares an id, and keeps the first', () => {
    const { ordered, problems } = orderMigrations([
      aMigration('001_users.js', [], ['a/001_users.js', 'a/001_users.up.sql']),
      aMigration('001_users.js', ['001_users.js'], ['b/001_users.js']),
      aMigration('002_orders.js', ['001_users.js'], ['a/002_orders.js']),
    ]);
    expect(idsOf(ordered)).toEqual(['001_users.js', '002_orders.js']);
    expect(problems).toEqual([
      { kind: 'duplicate-id', id: '001_users.js', files: ['a/001_users.js', 'b/001_users.js'] },
    ]);
  });
});

describe('any graph', () => {
  const seeds = Array.from({ length: 300 }, (_, seed) => seed + 1);

  test('without a cycle has each migration after what it needs', () => {
    for (const seed of seeds) {
      const migrations = randomGraph(seed, { acyclic: true });
      const { ordered, problems } = orderMigrations(migrations, { singleHead: false });
      const place = new Map(idsOf(ordered).map((id, index) => [id, index]));
      expect(problems).toEqual([]);
      expect(idsOf(ordered).toSorted()).toEqual(idsOf(migrations).toSorted());
      for (const { id, dependsOn } of ordered) {
        for (const needed of dependsOn) expect(place.get(needed), `seed ${seed}`).toBeLessThan(place.get(id) ?? -1);
      }
    }
  });

  test('loses nothing, and reports exactly the migrations that can reach themselves', () => {
    for (const seed of seeds) {
      const migrations = randomGraph(seed, { acyclic: false });
      const { ordered, problems } = orderMigrations(migrations, { singleHead: false });
      const caught = migrations.filter(({ id }) => reaches(migrations, id, id)).map(({ id }) => id);
      const named = problems.flatMap((problem) => (problem.kind === 'cycle' ? problem.path : []));
      expect([...new Set(named)].toSorted(), `seed ${seed}`).toEqual(caught.toSorted());
      expect(idsOf(ordered).toSorted()).toEqual(idsOf(migrations).toSorted());
      for (const problem of problems) {
        if (problem.kind !== 'cycle') continue;
        for (const [index, id] of problem.path.slice(0, -1).entries()) {
          expect(migrations.find((migration) => migration.id === id)?.dependsOn).toContain(problem.path[index + 1]);
        }
      }
    }
  });
});

function reaches(migrations: readonly Migration[], from: string, to: string): boolean {
  const seen = new Set<string>();
  const queue = [from];
  for (const id of queue) {
    for (const next of migrations.find((migration) => migration.id === id)?.dependsOn ?? []) {
      if (next === to) return true;
      if (!seen.has(next)) queue.push(next);
      seen.add(next);
    }
  }
  return false;
}

function randomGraph(seed: number, { acyclic }: { acyclic: boolean }): Migration[] {
  const random = generator(seed);
  const size = 1 + Math.floor(random() * 9);
  const migrations = Array.from({ length: size }, (_, index) =>
    aMigration(
      `m${index}`,
      Array.from({ length: size }, (__, other) => `m${other}`).filter(
        (_id, other) => (!acyclic || other < index) && random() < 0.2,
      ),
    ),
  );
  return migrations.toSorted(() => random() - 0.5);
}

/** mulberry32 */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
