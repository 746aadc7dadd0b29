/** One column as the catalogue has it. Generated columns that are not stored have no contents and are not in it. */
export interface StoredColumn {
  /** `pg_attribute.attnum`. */
  readonly number: number;
  readonly name: string;
  /** The name, quoted where needed. */
  readonly label: string;
  /** As `format_type` prints it. */
  readonly type: string;
  readonly typeOid: number;
}

export type RelationKind = 'table' | 'materialized view' | 'foreign table' | 'partitioned table';

export interface StoredRelation {
  readonly oid: number;
  readonly schema: string;
  readonly table: string;
  /** Qualified, quoted where needed. */
  readonly name: string;
  readonly kind: RelationKind;
  /** Its rows are not in the write-ahead log. */
  readonly unlogged: boolean;
  readonly populated: boolean;
  /** The partitioned table it is a partition of. Inheritance children have none: they are tables of their own. */
  readonly parentOid?: number;
  /** File of the rows; a rewrite gives it another one. Absent where nothing is stored. */
  readonly filenode?: number;
  readonly toastFilenode?: number;
  readonly columns: readonly StoredColumn[];
  /** Unique keys whose columns are never null, the primary key first. */
  readonly keys: readonly StoredKey[];
}

interface StoredKey {
  readonly indexOid: number;
  /** Attribute numbers. */
  readonly columns: readonly number[];
}
