import type { GraphProblem } from '../recording/recording.ts';
import type { Migration } from './source.ts';

export interface OrderOptions {
  /** More than one migration that nothing depends on is a problem. False for tools where any number is normal. */
  readonly singleHead?: boolean;
}

export interface OrderedMigrations {
  /** Dependencies first, else as the tool listed them. What is in or behind a problem comes last, in the tool's order. */
  readonly ordered: readonly Migration[];
  /** All of them; sorted. */
  readonly problems: readonly GraphProblem[];
}

/**
 * Puts migrations into an order in which each finds its dependencies applied. Never throws: problems are findings.
 * Of two migrations with one id only the first is kept, since a tool that is told the id can mean only one.
 */
export function orderMigrations(
  migrations: readonly Migration[],
  { singleHead = true }: OrderOptions = {},
): OrderedMigrations {
  const graph = new Map<string, Migration>();
  for (const migration of migrations) if (!graph.has(migration.id)) graph.set(migration.id, migration);
  const sorted = sortByDependency(graph);
  const stuck = [...graph.values()].filter((migration) => !sorted.has(migration));
  const problems = [
    ...cycles(graph),
    ...missingDependencies(graph),
    ...(singleHead ? multipleHeads(graph) : []),
    ...duplicateIds(migrations),
  ];
  return { ordered: [...sorted, ...stuck], problems };
}

type Graph = ReadonlyMap<string, Migration>;

/** Of all that are ready, the one that the tool lists first. What waits for a cycle or a missing id is never ready. */
function sortByDependency(graph: Graph): Set<Migration> {
  const sorted = new Set<Migration>();
  const waiting = [...graph.values()];
  const isReady = ({ dependsOn }: Migration): boolean =>
    dependsOn.every((id) => {
      const dependency = graph.get(id);
      return dependency !== undefined && sorted.has(dependency);
    });
  for (;;) {
    const index = waiting.findIndex(isReady);
    const [next] = index === -1 ? [] : waiting.splice(index, 1);
    if (!next) return sorted;
    sorted.add(next);
  }
}

function missingDependencies(graph: Graph): GraphProblem[] {
  return sortedIds(graph).flatMap((migration) =>
    dependenciesOf(graph, migration)
      .filter((dependency) => !graph.has(dependency))
      .map((dependency) => ({ kind: 'missing-dependency' as const, migration, dependency })),
  );
}

function multipleHeads(graph: Graph): GraphProblem[] {
  const needed = new Set([...graph.values()].flatMap(({ dependsOn }) => dependsOn));
  // Where nothing depends on anything, the tool has no chain that could have split.
  if (needed.size === 0) return [];
  const heads = sortedIds(graph).filter((id) => !needed.has(id));
  return heads.length > 1 ? [{ kind: 'multiple-heads', heads }] : [];
}

function duplicateIds(migrations: readonly Migration[]): GraphProblem[] {
  return [...groupById(migrations)]
    .filter(([, sharing]) => sharing.length > 1)
    .toSorted(([a], [b]) => compareIds(a, b))
    .map(([id, sharing]) => ({ kind: 'duplicate-id', id, files: sharing.flatMap(({ files }) => files.slice(0, 1)) }));
}

/**
 * For each migration that can reach itself, the shortest way round; each ring once. There can be exponentially many
 * rings, but every migration caught in any is named in one of these.
 */
function cycles(graph: Graph): GraphProblem[] {
  const rings = new Map<string, readonly string[]>();
  for (const id of sortedIds(graph)) {
    const ring = shortestRing(graph, id);
    if (ring) rings.set(JSON.stringify(fromSmallest(ring)), fromSmallest(ring));
  }
  return [...rings.values()].map((ring) => ({ kind: 'cycle', path: [...ring, ...ring.slice(0, 1)] }));
}

function fromSmallest(ring: readonly string[]): readonly string[] {
  const start = ring.indexOf(ring.toSorted(compareIds)[0] ?? '');
  return [...ring.slice(start), ...ring.slice(0, start)];
}

function shortestRing(graph: Graph, start: string): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const id of queue) {
    for (const dependency of dependenciesOf(graph, id)) {
      if (dependency === start) return trail(cameFrom, start, id);
      if (cameFrom.has(dependency) || !graph.has(dependency)) continue;
      cameFrom.set(dependency, id);
      queue.push(dependency);
    }
  }
  return undefined;
}

/** From the start to the last one before it closes, each followed by what it depends on. */
function trail(cameFrom: ReadonlyMap<string, string>, start: string, last: string): readonly string[] {
  const path = [last];
  for (let id = last; id !== start;) {
    id = cameFrom.get(id) ?? start;
    path.unshift(id);
  }
  return path;
}

const dependenciesOf = (graph: Graph, id: string): string[] =>
  [...new Set(graph.get(id)?.dependsOn)].toSorted(compareIds);

const sortedIds = (graph: Graph): string[] => [...graph.keys()].toSorted(compareIds);

/** Numbers inside by their value, since not every project pads them; never by the machine's locale. */
const collator = new Intl.Collator('en', { numeric: true });
const compareIds = (a: string, b: string): number => collator.compare(a, b) || (a < b ? -1 : 1);

function groupById(migrations: readonly Migration[]): Map<string, Migration[]> {
  const groups = new Map<string, Migration[]>();
  for (const migration of migrations) groups.set(migration.id, [...(groups.get(migration.id) ?? []), migration]);
  return groups;
}
