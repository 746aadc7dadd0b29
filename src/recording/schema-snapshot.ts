/** Scalars and lists of text only, so that equality is equality of the JSON. */
export type PropertyValue = string | number | boolean | null | readonly string[];

export type Properties = Readonly<Record<string, PropertyValue>>;

/** One object of the catalogue, e.g. kind `column`, name `public.users.email`, parent `public.users`. */
export interface SchemaObject {
  /** The noun of `COMMENT ON`, lower case: `table`, `column`, `materialized view`, `event trigger` … */
  readonly kind: string;
  /** Qualified and quoted where needed, unique within its kind. */
  readonly name: string;
  /** The relation (or type) it belongs to; reports group by it. */
  readonly parent?: string;
  /**
   * Everything `pg_dump` writes of it: definition, owner, privileges, comment, validity … One entry per property.
   * The place of a column in its table (rank among the live columns, from 1) is the property `position`.
   */
  readonly properties: Properties;
}

/** Keyed by `${kind} ${name}`. The tool's own bookkeeping tables and their parts are not in it. */
export type SchemaSnapshot = Readonly<Record<string, SchemaObject>>;

/** `before` absent: the object is new. `after` absent: it is gone. */
export interface SchemaChange {
  readonly kind: string;
  readonly name: string;
  readonly parent?: string;
  readonly before?: Properties;
  readonly after?: Properties;
}

export const objectKey = ({ kind, name }: { readonly kind: string; readonly name: string }): string =>
  `${kind} ${name}`;
