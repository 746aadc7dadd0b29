/** Contents of one column, independent of the order of rows. */
export interface ColumnLedger {
  /** As `format_type` prints it. */
  readonly type: string;
  /** `pg_attribute.attnum`: tells a renamed column from a new one within one rehearsal. Not part of equality. */
  readonly number: number;
  /** Hash over all rows, hex. Keyed to the row where the table has a unique key, so that swapped values show. */
  readonly fingerprint: string;
  readonly nullRows: number;
}

/**
 * Contents of one table, materialized view, or `pg_largeobject`. A partitioned table is one entry for all of its leaves,
 * so that a row moved between partitions is not a change.
 */
export interface TableLedger {
  /** `pg_class.oid`: tells a renamed table from a new one within one rehearsal. Not part of equality. */
  readonly oid: number;
  readonly kind: 'table' | 'materialized view' | 'large objects';
  readonly rows: number;
  /**
   * Columns whose values every fingerprint is keyed to: a unique key of the table when it was first seen, kept while the
   * columns exist even if a step drops the key itself. Empty: no usable key.
   */
  readonly key: readonly string[];
  /**
   * Hash over whole rows, hex; only where the key is empty or not unique any more. There a value moved to another row
   * need not show in any column's fingerprint; it shows here. Comparable between two ledgers with the same columns.
   */
  readonly rowFingerprint?: string;
  readonly columns: Readonly<Record<string, ColumnLedger>>;
}

/** State of one sequence. */
export interface SequenceLedger {
  readonly lastValue: string;
  readonly isCalled: boolean;
  /** Value that the next `nextval` gives. */
  readonly nextValue: string;
  /** The column it feeds, when it is owned by or used as default of one: `public.users.id`. */
  readonly column?: string;
  /** Largest value in that column. Absent: no rows, or no column. */
  readonly columnMax?: string;
}

/** Keyed by qualified name, quoted where needed. The tool's bookkeeping tables are not in it. */
export interface DataLedger {
  readonly tables: Readonly<Record<string, TableLedger>>;
  readonly sequences: Readonly<Record<string, SequenceLedger>>;
  /** Relations that were not read, with the reason: foreign tables, tables of an extension that cannot be read … */
  readonly unread: Readonly<Record<string, string>>;
}

/** Row operations of committed transactions, as the write-ahead log has them. */
export interface RowWrites {
  readonly insertedRows: number;
  readonly updatedRows: number;
  readonly deletedRows: number;
}

/** `before` absent: the relation is new. `after` absent: it is gone. Both present: its contents or columns differ. */
export interface DataChange {
  readonly relation: string;
  readonly before?: TableLedger | SequenceLedger;
  readonly after?: TableLedger | SequenceLedger;
  /** Absent where the server cannot tell. */
  readonly writes?: RowWrites;
  /** Exact number of rows that differ per column, where it was determined by comparing row by row. */
  readonly rowsDiffering?: Readonly<Record<string, number>>;
}
