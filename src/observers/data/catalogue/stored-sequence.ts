/** A sequence as the catalogue has it. */
export interface StoredSequence {
  readonly oid: number;
  /** Qualified, quoted where needed. */
  readonly name: string;
  readonly filenode: number;
  readonly unlogged: boolean;
  readonly increment: bigint;
  readonly minimum: bigint;
  readonly maximum: bigint;
  readonly cycles: boolean;
  /** The column that owns it, or else has it as default. */
  readonly feeds?: FedColumn;
}

export interface FedColumn {
  readonly relationOid: number;
  readonly column: string;
  /** `public.users.id` */
  readonly label: string;
}
