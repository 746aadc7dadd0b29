import type { Properties, PropertyValue, SchemaObject } from '../../recording/schema-snapshot.ts';
import type { LeftOut } from '../facts/certificate.ts';
import { canonicalExpression } from './canonical-expression.ts';

/**
 * What of an object is the same in production and in a database restored from its dump, when nobody has changed anything.
 * `undefined`: nothing is. docs/decisions/008-certificate-and-drift.md says why, kind by kind.
 */
export function comparable(
  { kind, name, properties }: SchemaObject,
  leftOut: readonly LeftOut[],
  { isInInherited = false }: { readonly isInInherited?: boolean } = {},
): Properties | undefined {
  if (NOT_IN_A_DUMP.has(kind) || isOfServer(kind, name)) return undefined;
  if (kind === 'user mapping') return {};
  const isPrivilegesOnly = Object.keys(properties).join() === 'privileges';
  if (isPrivilegesOnly && leftOut.includes('privileges')) return undefined;
  const without = new Set<string>([...ALWAYS_LEFT_OUT, ...(LEFT_OUT_OF[kind] ?? []), ...leftOut]);
  if (kind === 'default privileges' && leftOut.includes('privileges')) return undefined;
  // A dump writes the columns of a parent first, whatever their place in the child was.
  if (isInInherited) without.add('position');
  if (kind === 'schema' && name === 'public') return publicSchema(properties, without);
  const owner = properties['owner'];
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([property]) => !without.has(property))
      .map(([property, value]) => [property, canonicalValue(property, value, owner)]),
  );
}

/** Of the cluster, or left out of dumps that a user without superuser rights makes, or data rather than schema. */
const NOT_IN_A_DUMP: ReadonlySet<string> = new Set([
  'role',
  'role setting',
  'database',
  'tablespace',
  'parameter',
  'subscription',
  'large objects',
]);

/** A tablespace has another name elsewhere; whether a materialized view is filled depends on the data alone. */
const ALWAYS_LEFT_OUT = ['tablespace', 'populated'];

/**
 * An extension is created anew from what the server brings. Owners that must be superusers cannot be given where there
 * are none, as on a managed service.
 */
const LEFT_OUT_OF: Readonly<Record<string, readonly string[]>> = {
  extension: ['owner', 'version', 'configurationTables', 'comment'],
  'event trigger': ['owner'],
  'foreign data wrapper': ['owner'],
  publication: ['owner'],
  language: ['owner'],
};

/**
 * Made by initdb and dumped in part only: what its owner and everybody may do in it is written as the difference from what
 * the pg_dump's own version takes for normal, and that changed with 15.
 */
function publicSchema({ owner, privileges }: Properties, without: ReadonlySet<string>): Properties {
  const grants = without.has('privileges') || !Array.isArray(privileges) ? [] : canonicalGrants(privileges, owner);
  const toOthers = grants.filter((grant) => !/^(?:<owner>)?=/.test(grant));
  return toOthers.length === 0 ? {} : { privileges: toOthers };
}

/** What initdb made; managed services grant on it to roles of their own. */
const isOfServer = (kind: string, name: string): boolean =>
  /^(?:pg_catalog|information_schema|pg_toast)(?:\.|$)/.test(name) ||
  (kind === 'language' && ['internal', 'c', 'sql'].includes(name));

function canonicalValue(property: string, value: PropertyValue, owner: PropertyValue | undefined): PropertyValue {
  if (typeof value === 'string') {
    if (value.startsWith('secret:')) return 'secret';
    return EXPRESSIONS.has(property) ? canonicalExpression(value) : value;
  }
  if (!Array.isArray(value)) return value;
  const items: readonly string[] = value;
  if (property === 'privileges') return canonicalGrants(items, owner);
  return property === 'foreignOptions' ? items.map((item) => item.replace(/=secret:.*$/s, '=secret')) : items;
}

const EXPRESSIONS = new Set([
  'definition',
  'default',
  'expression',
  'using',
  'withCheck',
  'partitionKey',
  'partitionBound',
]);

/** `grantee=rights/grantor`, with whoever owns the object called so: that another owns it is said of the owner. */
function canonicalGrants(grants: readonly string[], owner: PropertyValue | undefined): string[] {
  const self = typeof owner === 'string' ? quotedIfNeeded(owner) : mostCommon(grants.map(grantorOf));
  return grants
    .map((grant) => {
      const [, grantee = '', rights = '', grantor = ''] = GRANT.exec(grant) ?? [];
      return `${grantee === self ? '<owner>' : grantee}=${rights}/${grantor === self ? '<owner>' : grantor}`;
    })
    .toSorted();
}

const GRANT = /^((?:"(?:[^"]|"")*"|[^="])*)=([^/]*)\/(.*)$/s;

const grantorOf = (grant: string): string => GRANT.exec(grant)?.[3] ?? '';

/** As the server prints a role inside a grant. */
const quotedIfNeeded = (role: string): string => (/^\w+$/.test(role) ? role : `"${role.replaceAll('"', '""')}"`);

const mostCommon = (texts: readonly string[]): string | undefined =>
  texts.toSorted((a, b) => texts.filter((text) => text === b).length - texts.filter((text) => text === a).length)[0];
