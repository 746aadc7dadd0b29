/** Which rows a reader takes, on which server. */
interface Scope {
  readonly major: number;
  /** Passwords and connection strings can be read, in order to be hashed. */
  readonly superuser: boolean;
  /** Condition on the unit's number: always true for a full reading, a list for a partial one. */
  readonly only: (unit: string) => string;
}

/**
 * Reads one kind of object from the catalogue, as one query.
 *
 * Each row gives `oid`, `unit` where that is another number, `kind` (unless the reader has it), and either `name` or
 * `parent` and `part` (then the name is `<parent>.<part>`). Every other column that is not null is a property; the
 * entries of a column `rest` are properties too; a column that begins with `secret:` is recorded as a keyed hash only.
 * What can be said of any object is not read here but in `annotations.ts`.
 */
export interface Reader {
  /** The catalogue of the unit: the relation, type, function … that the object is or belongs to, and is read with. */
  readonly catalogue: string;
  /** The catalogue of the object itself, whose number is `oid`, where it is only a part of its unit. */
  readonly partCatalogue?: string;
  /** The kind of all of its objects. Absent: each row has a column `kind`. */
  readonly kind?: string;
  /** Cheap condition without which there are no rows; spares the planning of a query for what few databases have. */
  readonly present?: string;
  /** Milliseconds it takes for 1,000 tables, roughly, where that is much. */
  readonly effort?: number;
  readonly sql: (scope: Scope) => string;
  /** The rows as described above, where the query packs several into one because there are so many. */
  readonly unpack?: (row: Row) => readonly Row[];
}

/** A row as the driver gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** Schemas of the server's own, which `pg_dump` never writes. */
export const userSchema = (namespace: string): string =>
  `${namespace}.nspname !~ '^pg_' and ${namespace}.nspname <> 'information_schema'`;

/** A `present` condition for a catalogue whose rows have a schema. */
export const outsideSystem = (catalogue: string, namespace: string, also = 'true'): string =>
  `exists (select from pg_catalog.${catalogue} where ${namespace} <> 'pg_catalog'::pg_catalog.regnamespace and ${also})`;

/** A `present` condition for a catalogue of which the server brings rows of its own. */
export const anyOfUsers = (catalogue: string): string =>
  `exists (select from pg_catalog.${catalogue} where oid >= ${FIRST_USER_OID})`;

export const anyRow = (catalogue: string): string => `exists (select from pg_catalog.${catalogue})`;

/** `FirstNormalObjectId` of the server's source: below it is what initdb made. */
export const FIRST_USER_OID = 16_384;

export const qualified = (namespace: string, name: string): string =>
  `pg_catalog.quote_ident(${namespace}.nspname) || '.' || pg_catalog.quote_ident(${name})`;

export const regclass = (catalogue: string): string => `'pg_catalog.${catalogue}'::pg_catalog.regclass`;

/** Members of an extension come with it; only what was changed on them is the user's. */
export const notInExtension = (catalogue: string, oid: string): string => `not ${inExtension(catalogue, oid)}`;

export const inExtension = (catalogue: string, oid: string): string =>
  `exists (select from pg_catalog.pg_depend member
     where member.classid = ${regclass(catalogue)} and member.objid = ${oid}
       and member.refclassid = ${regclass('pg_extension')} and member.deptype = 'e')`;

export const owner = (roleOid: string): string => `pg_catalog.pg_get_userbyid(${roleOid})::text as owner`;

/** The list of grants, absent where it is the default one, whether the catalogue spells that out or not. */
export const privileges = (acl: string, type: string, roleOid: string): string => {
  const standard = `pg_catalog.acldefault(${type}, ${roleOid})`;
  return `case when ${acl} is null or (${acl} @> ${standard} and ${acl} <@ ${standard}) then null
     else ${aclText(acl)} end as privileges`;
};

export const aclText = (acl: string): string => sortedText(`${acl}::text[]`);

/** Where the order has no meaning it must not make a difference. */
const sortedText = (list: string): string =>
  `array(select item from pg_catalog.unnest(${list}) item order by item collate "C")`;

export const optionalSortedText = (list: string): string =>
  `case when ${list} is not null then ${sortedText(list)} end`;

/** A column that only newer servers have. */
export const since = (major: number, first: number, column: string): string => (major >= first ? column : '');
