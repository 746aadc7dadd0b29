import { createHash } from 'node:crypto';
import type { BackupRecord } from '../../recording/recording.ts';
import type { Properties, SchemaObject, SchemaSnapshot } from '../../recording/schema-snapshot.ts';
import type { LeftOut, SchemaDigest } from '../facts/certificate.ts';
import { comparable } from './comparable.ts';

/** Of all that production and a restored backup have in common. */
export function digestOf(snapshot: SchemaSnapshot, leftOut: readonly LeftOut[]): SchemaDigest {
  const objects: Record<string, string> = {};
  for (const key of Object.keys(snapshot).toSorted()) {
    const properties = comparableIn(snapshot, key, leftOut);
    if (properties) objects[key] = hash(canonicalJson(properties)).slice(0, DIGITS);
  }
  return { sha256: digestOfObjects(objects), objects };
}

/** `undefined`: there is no such object, or nothing of it is compared. */
export function comparableIn(
  snapshot: SchemaSnapshot,
  key: string,
  leftOut: readonly LeftOut[],
): Properties | undefined {
  const object = snapshot[key];
  return object && comparable(object, leftOut, { isInInherited: isInInherited(object, snapshot) });
}

const isInInherited = ({ kind, parent }: SchemaObject, snapshot: SchemaSnapshot): boolean =>
  kind === 'column' &&
  ['table', 'foreign table'].some((of) => snapshot[`${of} ${parent ?? ''}`]?.properties['inherits'] !== undefined);

/** Over the lines `kind name`, tab, digits, sorted by code unit. */
export function digestOfObjects(objects: Readonly<Record<string, string>>): string {
  const lines = Object.keys(objects)
    .toSorted()
    .map((key) => `${key}\t${objects[key] ?? ''}\n`);
  return hash(lines.join(''));
}

/** Whether the names of objects and their properties are in the same order must not matter. */
const canonicalJson = (properties: Properties): string =>
  JSON.stringify(
    Object.keys(properties)
      .toSorted()
      .map((name) => [name, properties[name]]),
  );

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

const DIGITS = 16;

/**
 * Properties that no object of the restored state got from the backup, because it was made with `--no-owner`,
 * `--no-privileges` and the like, or because there is no backup. Who is named in grants depends on who owns.
 */
export function leftOutOf(restored: SchemaSnapshot, { namedRoles, shimmedRoles }: BackupRecord): LeftOut[] {
  const objects = Object.values(restored).filter((object) => comparable(object, []) !== undefined && isOfUser(object));
  const named = new Set(namedRoles ?? shimmedRoles);
  const holdsOwners = objects.some(({ properties: { owner } }) => typeof owner === 'string' && named.has(owner));
  const holds = (property: LeftOut): boolean =>
    objects.some(
      ({ kind, properties }) =>
        properties[property] !== undefined || (property === 'privileges' && kind === 'default privileges'),
    );
  return [
    ...(holdsOwners ? [] : (['owner'] as const)),
    ...(holdsOwners && holds('privileges') ? [] : (['privileges'] as const)),
    ...(holds('comment') ? [] : (['comment'] as const)),
    ...(holds('securityLabels') ? [] : (['securityLabels'] as const)),
  ];
}

/** Those that any database has from the beginning have comments and privileges without a backup. */
const isOfUser = ({ kind, name }: SchemaObject): boolean =>
  kind !== 'extension' && !(kind === 'schema' && name === 'public');
