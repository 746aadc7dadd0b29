import { isTable } from '../../recording/changes.ts';
import type { Recording } from '../../recording/recording.ts';
import {
  objectKey,
  type PropertyValue,
  type SchemaChange,
  type SchemaSnapshot,
} from '../../recording/schema-snapshot.ts';
import type { TouchedTable } from '../facts/certificate.ts';
import type { SchemaStates } from './states.ts';

/** Relations that applying the pending migrations touches, sorted by name. */
export function touchedTables(recording: Recording, states: SchemaStates | undefined): TouchedTable[] {
  const touched = new Map<string, Touch>();
  const touchOf = (relation: string): Touch => {
    const known = touched.get(relation) ?? { migrations: new Set(), schemaChanged: false, dataChanged: false };
    touched.set(relation, known);
    return known;
  };
  for (const { migration, direction, observations } of pendingSteps(recording)) {
    if (direction !== 'up') continue;
    for (const relation of (observations.schema ?? []).flatMap(relationsOf)) {
      const touch = touchOf(relation);
      touch.migrations.add(migration);
      touch.schemaChanged = true;
    }
    for (const { relation, before, after } of observations.data ?? []) {
      if (!isTable(before ?? after)) continue;
      const touch = touchOf(relation);
      touch.migrations.add(migration);
      touch.dataChanged = true;
    }
  }
  return [...touched.keys()].toSorted().flatMap((relation) => describe(relation, touchOf(relation), recording, states));
}

interface Touch {
  readonly migrations: Set<string>;
  schemaChanged: boolean;
  dataChanged: boolean;
}

/** Production will not apply what it has applied, though it may have been rehearsed once more. */
function pendingSteps({ plan, steps }: Recording): Recording['steps'] {
  const applied = new Set(plan.applied.map(({ id }) => id));
  return steps.filter(({ migration }) => !applied.has(migration));
}

function describe(
  relation: string,
  { migrations, ...changed }: Touch,
  recording: Recording,
  states: SchemaStates | undefined,
): TouchedTable[] {
  const before = kindOf(relation, states?.before);
  const kind = before ?? kindOf(relation, states?.after) ?? kindInSteps(relation, recording);
  // What a part belongs to may be a type or a server.
  if (kind === undefined) return [];
  const rowsBefore = recording.start.data?.tables[relation]?.rows;
  return [
    {
      relation,
      kind,
      migrations: [...migrations],
      existedBefore: before !== undefined || rowsBefore !== undefined,
      ...(rowsBefore !== undefined && { rowsBefore }),
      ...changed,
    },
  ];
}

const RELATION_KINDS = ['table', 'materialized view', 'foreign table', 'view'] as const;

const kindOf = (name: string, snapshot: SchemaSnapshot | undefined): TouchedTable['kind'] | undefined =>
  RELATION_KINDS.find((kind) => snapshot?.[objectKey({ kind, name })] !== undefined);

/** One that was made and is gone again before the end, or that only its contents are known of. */
function kindInSteps(relation: string, { steps, start }: Recording): TouchedTable['kind'] | undefined {
  const changes = steps.flatMap(({ observations }) => observations.schema ?? []);
  const made = RELATION_KINDS.find((kind) =>
    changes.some((change) => change.kind === kind && change.name === relation),
  );
  return made ?? (start.data?.tables[relation] ? 'table' : undefined);
}

/** The relation itself or the one it is a part of, and those that are locked along with it. */
function relationsOf({ kind, name, parent, before, after }: SchemaChange): string[] {
  const own = parent ?? (RELATION_KINDS.some((relation) => relation === kind) ? name : undefined);
  const versions = [before, after].filter((properties) => properties !== undefined);
  const referenced = kind === 'constraint' ? versions.flatMap(({ definition }) => referencedTable(definition)) : [];
  const parents =
    asList(before?.['inherits']).join() === asList(after?.['inherits']).join()
      ? []
      : versions.flatMap(({ inherits }) => asList(inherits));
  return [...new Set([...(own === undefined ? [] : [own]), ...referenced, ...parents])];
}

/** `FOREIGN KEY (user_id) REFERENCES public.users(id)`: adding or dropping it locks both tables. */
function referencedTable(definition: PropertyValue | undefined): string[] {
  const [, table] = REFERENCES.exec(typeof definition === 'string' ? definition : '') ?? [];
  return table === undefined ? [] : [table];
}

const NAME = String.raw`(?:"(?:[^"]|"")+"|[^\s".(]+)`;
const REFERENCES = new RegExp(String.raw`^FOREIGN KEY .*? REFERENCES (${NAME}\.${NAME})\(`, 's');

const asList = (value: PropertyValue | undefined): readonly string[] => (Array.isArray(value) ? value : []);
