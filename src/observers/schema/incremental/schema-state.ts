import { objectKey, type SchemaObject, type SchemaSnapshot } from '../../../recording/schema-snapshot.ts';
import type { Sighting } from '../sighting.ts';
import type { Touched } from './catalogue-watch.ts';

/** What a part of the catalogue held before and holds now. */
export interface Replaced {
  readonly before: SchemaSnapshot;
  readonly after: SchemaSnapshot;
  /** A relation, type, function or schema has another name: what mentions it has another text. */
  readonly renamed: boolean;
}

/** Objects by the unit they are read with. */
export class SchemaState {
  readonly #objects = new Map<string, SchemaObject[]>();

  constructor(sightings: readonly Sighting[]) {
    this.#add(sightings);
  }

  /** What would differ if these were the objects of the touched units now. Changes nothing. */
  compare(touched: Touched, sightings: readonly Sighting[]): Replaced {
    const now = new SchemaState(sightings).#objects;
    const before = new Map(this.#unitsOf(touched).map((unit) => [unit, this.#objects.get(unit) ?? []]));
    return {
      before: byKey(before.values()),
      after: byKey(now.values()),
      renamed: [...before].some(([unit, objects]) => isRenamed(objects, now.get(unit) ?? [])),
    };
  }

  replace(touched: Touched, sightings: readonly Sighting[]): void {
    for (const unit of this.#unitsOf(touched)) this.#objects.delete(unit);
    this.#add(sightings);
  }

  snapshot(): SchemaSnapshot {
    return byKey(this.#objects.values());
  }

  #unitsOf({ units, catalogues }: Touched): string[] {
    if (catalogues.size === 0) return [...units];
    const whole = [...this.#objects.keys()].filter((unit) => catalogues.has(unit.slice(0, unit.indexOf(' '))));
    return [...new Set([...units, ...whole])];
  }

  #add(sightings: readonly Sighting[]): void {
    for (const { unit, object } of sightings) {
      const objects = this.#objects.get(unit);
      if (objects) objects.push(object);
      else this.#objects.set(unit, [object]);
    }
  }
}

/** Sorted by kind and name, so that two machines write the same recording. */
export function byKey(lists: Iterable<readonly SchemaObject[]>): SchemaSnapshot {
  const kinds = new Map<string, SchemaObject[]>();
  for (const list of lists) {
    for (const object of list) {
      const objects = kinds.get(object.kind);
      if (objects) objects.push(object);
      else kinds.set(object.kind, [object]);
    }
  }
  const snapshot: Record<string, SchemaObject> = {};
  for (const kind of [...kinds.keys()].toSorted()) {
    for (const object of (kinds.get(kind) ?? []).toSorted(byName)) snapshot[objectKey(object)] = object;
  }
  return snapshot;
}

const byName = (a: SchemaObject, b: SchemaObject): number => (a.name < b.name ? -1 : 1);

function isRenamed(before: readonly SchemaObject[], after: readonly SchemaObject[]): boolean {
  const was = namesOf(before);
  const is = namesOf(after);
  return was !== '' && is !== '' && was !== is;
}

const namesOf = (objects: readonly SchemaObject[]): string =>
  objects
    .filter(({ kind }) => !PARTS.has(kind))
    .map(objectKey)
    .toSorted()
    .join('\n');

const PARTS = new Set(['column', 'constraint', 'trigger', 'rule', 'policy']);
