import type { Direction } from '../../recording/recording.ts';
import type { Outcome } from '../../findings/verdict.ts';

/** What `run` proved, as the predicate of an in-toto Statement. Times are ISO-8601 UTC. */
export interface RehearsalPredicate {
  readonly format: 1;
  readonly tool: { readonly name: 'pgrehearse'; readonly version: string };
  readonly rehearsedAt: string;
  readonly durationMs: number;
  readonly interrupted: boolean;
  readonly verdict: {
    readonly outcome: Outcome;
    readonly errors: number;
    readonly warnings: number;
    readonly notJudged: readonly string[];
    /** Ids of checks whose findings were waived. */
    readonly waived: readonly string[];
  };
  readonly server: {
    readonly provider: string;
    readonly version: string;
    readonly major: number;
    readonly migrationRole: string;
    /** Settings that change outcomes (`timezone`, `default_text_search_config`, the user's own), not those for speed. */
    readonly settings: Readonly<Record<string, string>>;
  };
  /** Version by name, before the first migration and after the last. */
  readonly extensions: {
    readonly before: Readonly<Record<string, string>>;
    readonly after: Readonly<Record<string, string>>;
  };
  readonly backup: {
    readonly format: string;
    readonly file?: string;
    readonly bytes?: number;
    readonly createdAt?: string;
    readonly serverMajor?: number;
    readonly database?: string;
    readonly tables: number;
    readonly rows: number;
  };
  readonly migrations: {
    readonly tool: string;
    readonly scope: string;
    readonly forwardOnly: boolean;
    /** In the order in which they were applied; with scope `all` or `last:N` also those of `applied`. `checksum` is sha256, hex. */
    readonly rehearsed: readonly { readonly id: string; readonly checksum?: string }[];
    /** In the backup's books before the first step. */
    readonly applied: readonly string[];
  };
  /** Absent: the schema could not be watched. */
  readonly schema?: {
    /** What production has when the pending migrations have not been applied yet. */
    readonly before: SchemaDigest;
    /** When all of them have been applied. */
    readonly after: SchemaDigest;
    /** Properties that the backup does not hold (`pg_dump --no-owner` …), so that they cannot be compared. */
    readonly leftOut: readonly LeftOut[];
  };
  readonly tables: readonly TouchedTable[];
  /** One entry per step that completed: the newest measurement of applying and of taking back each migration. */
  readonly timings: readonly {
    readonly migration: string;
    readonly direction: Direction;
    readonly durationMs: number;
  }[];
  readonly invariants: readonly { readonly name: string; readonly expect: string }[];
  /** Absent: nobody watched. */
  readonly resources?: {
    /** Of applying all pending migrations once, without full-page writes. */
    readonly walBytes?: number;
    /** Largest size of the database while a migration was applied. */
    readonly peakDiskBytes?: number;
    readonly startDiskBytes?: number;
  };
}

/** A property of objects that a backup may be made without. */
export type LeftOut = 'owner' | 'privileges' | 'comment' | 'securityLabels';

/** The state of a schema in a form that can be compared object by object without holding it. */
export interface SchemaDigest {
  /** sha256 over all of `objects`, hex. */
  readonly sha256: string;
  /** First 16 hex digits of the sha256 over an object's properties, by `${kind} ${name}`. */
  readonly objects: Readonly<Record<string, string>>;
}

/**
 * A relation that a pending migration changed, in definition or in contents, or one of whose parts it changed; also the
 * one that a new or dropped foreign key refers to, and the parent of a new or dropped partition.
 */
export interface TouchedTable {
  /** Qualified, quoted where needed: `public.users`. */
  readonly relation: string;
  readonly kind: 'table' | 'materialized view' | 'foreign table' | 'view';
  readonly migrations: readonly string[];
  /** In the backup already, so production has it and others may be using it. */
  readonly existedBefore: boolean;
  readonly rowsBefore?: number;
  readonly schemaChanged: boolean;
  readonly dataChanged: boolean;
  /** Strongest lock as Postgres prints it, and how long it was held. Absent: nobody watched locks. */
  readonly lockMode?: string;
  readonly lockedMs?: number;
}
