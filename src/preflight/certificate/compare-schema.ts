import { describeSchemaChange } from '../../recording/describe-change.ts';
import type { SchemaSnapshot } from '../../recording/schema-snapshot.ts';
import type { LeftOut, SchemaDigest } from '../facts/certificate.ts';
import type { DriftedObject } from '../facts/rehearsal.ts';
import { digestOf, comparableIn } from './schema-digest.ts';

export interface Expected {
  readonly digest: SchemaDigest;
  readonly leftOut: readonly LeftOut[];
  /** The state that the digest is of, where it is at hand: then differences are said property by property. */
  readonly snapshot?: SchemaSnapshot;
}

/** What production has otherwise than was rehearsed, object by object, sorted. */
export function compareSchema({ digest, leftOut, snapshot }: Expected, production: SchemaSnapshot): DriftedObject[] {
  const { objects } = digestOf(production, leftOut);
  const keys = new Set([...Object.keys(digest.objects), ...Object.keys(objects)]);
  return [...keys]
    .toSorted()
    .filter((key) => objects[key] !== digest.objects[key])
    .map((key) => {
      const object = production[key] ?? snapshot?.[key];
      const properties = snapshot && propertiesOf(key, { leftOut, snapshot, production });
      return {
        ...splitKey(key),
        how: howOf(digest.objects[key], objects[key]),
        ...(object?.parent !== undefined && { parent: object.parent }),
        ...(properties && properties.length > 0 && { properties }),
      };
    });
}

const howOf = (rehearsed: string | undefined, inProduction: string | undefined): DriftedObject['how'] => {
  if (rehearsed === undefined) return 'extra';
  return inProduction === undefined ? 'missing' : 'different';
};

/** From the rehearsed state to production's; only for an object that both have. */
function propertiesOf(
  key: string,
  { leftOut, snapshot, production }: Omit<Required<Expected>, 'digest'> & { readonly production: SchemaSnapshot },
): string[] {
  const before = comparableIn(snapshot, key, leftOut);
  const after = comparableIn(production, key, leftOut);
  if (!before || !after) return [];
  const { kind, name } = splitKey(key);
  return describeSchemaChange({ kind, name, before, after }).map((line) => line.slice(`${kind} ${name}: `.length));
}

/** `${kind} ${name}`; kinds are lower case, some of several words, and so may be the name of a type in a function's. */
function splitKey(key: string): { readonly kind: string; readonly name: string } {
  const long = LONG_KINDS.find((kind) => key.startsWith(`${kind} `));
  const end = long?.length ?? key.indexOf(' ');
  return { kind: key.slice(0, end), name: key.slice(end + 1) };
}

const LONG_KINDS = [
  'access method',
  'default privileges',
  'event trigger',
  'foreign data wrapper',
  'foreign table',
  'materialized view',
  'operator class',
  'operator family',
  'text search configuration',
  'text search dictionary',
  'text search parser',
  'text search template',
  'user mapping',
];
