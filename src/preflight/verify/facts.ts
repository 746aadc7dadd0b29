import type { TargetFacts } from '../facts/index.ts';
import type { Receipt, InvariantStart } from '../facts/receipt.ts';
import type { RehearsalFacts } from '../facts/rehearsal.ts';
import type { Reading } from '../reading.ts';

/** Everything that `pgrehearse verify` gathered, as plain JSON. Its checks read this and nothing else. */
export interface VerifyFacts {
  readonly format: 1;
  readonly tool: { readonly name: 'pgrehearse'; readonly version: string };
  /** ISO-8601 UTC. Ages are counted from here. */
  readonly takenAt: string;
  readonly target: TargetFacts;
  /** As of the pre-flight, but for the drift: it is production's against the end of the rehearsal. */
  readonly rehearsal: RehearsalFacts;
  /** Absent: none was given. */
  readonly receipt?: Reading<Receipt>;
  readonly database: VerifyDatabaseFacts;
  readonly queries: readonly QueryFacts[];
  readonly urls: readonly UrlFacts[];
  /** Absent: the config names no prefix. */
  readonly alarms?: AlarmsFacts;
  /** What the host leads to now; absent when the receipt names no resource. */
  readonly resourceId?: Reading<string>;
  /** Who answered for AWS. Absent: nothing was asked of it. */
  readonly awsEndpoint?: AwsEndpointFacts;
  /** Absent: none was asked for, or it was not sent yet. */
  readonly notices?: readonly NoticeFacts[];
}

export interface VerifyDatabaseFacts {
  readonly systemIdentifier: Reading<string>;
  /** Newest first, as the tool's books say, of as many migrations as were rehearsed; empty where they hold no times. */
  readonly appliedAt: Reading<readonly string[]>;
  readonly invalidIndexes: Reading<readonly InvalidIndex[]>;
  readonly unvalidatedConstraints: Reading<readonly UnvalidatedConstraint[]>;
  readonly statistics: Reading<readonly TableStatistics[]>;
  readonly invariants: readonly InvariantFacts[];
}

export interface InvalidIndex {
  /** Qualified, quoted where needed, as are all names here. */
  readonly index: string;
  readonly relation: string;
  /** Of a partitioned table: a partition has no index to go with it. */
  readonly partitioned: boolean;
  /** Somebody builds it at this moment. */
  readonly building: boolean;
}

export interface UnvalidatedConstraint {
  /** Quoted where needed, not qualified. */
  readonly constraint: string;
  /** Table or domain. */
  readonly relation: string;
  readonly kind: 'check' | 'foreign key' | 'not null' | 'other';
}

/** A touched table, or a partition of one, that lacks statistics it could have. */
export interface TableStatistics {
  readonly relation: string;
  /** Autovacuum never looks at one itself, only at its partitions. */
  readonly partitioned: boolean;
  /** It has statistics over several columns (CREATE STATISTICS), which a list of columns may leave out. */
  readonly extended: boolean;
  /** About; absent where the server does not know, and there are more than we count, or we may not look. */
  readonly rows?: number;
  /** Without statistics, and readable for us; not qualified. */
  readonly columns: readonly string[];
  /** No column of it has any, as far as we may see. */
  readonly none: boolean;
  /** Indexes with expressions that have none; qualified. */
  readonly indexes: readonly string[];
  /** Columns and indexes whose statistics we may not see. */
  readonly masked: readonly string[];
  /** We may not see whether it holds rows. */
  readonly rowsHidden: boolean;
}

export interface InvariantFacts {
  readonly name: string;
  readonly expect: string;
  readonly reading: Reading<InvariantStart>;
}

export interface QueryFacts {
  readonly name: string;
  /** `empty`, `some` or a value. */
  readonly expect: string;
  readonly reading: Reading<{ readonly value: string; readonly rows: number; readonly error?: string }>;
  readonly durationMs: number;
}

export interface UrlFacts {
  /** Without credentials, query and fragment. */
  readonly url: string;
  /** Absent: any of 200 to 299. */
  readonly expectedStatus?: number;
  /** Absent: no answer came, and `error` says why. */
  readonly status?: number;
  /** Absent: the config asks for no text, or no answer came. */
  readonly containsText?: boolean;
  readonly error?: string;
  readonly durationMs: number;
}

export interface AlarmsFacts {
  readonly prefix: string;
  readonly found: Reading<readonly AlarmFacts[]>;
}

export interface AwsEndpointFacts {
  /** Hosts that are not Amazon's; empty where all are. */
  readonly customHosts: readonly string[];
  /** `--allow-custom-endpoint`. */
  readonly allowed: boolean;
}

export interface AlarmFacts {
  readonly name: string;
  readonly kind: 'metric' | 'composite';
  /** `OK`, `ALARM`, `INSUFFICIENT_DATA`. */
  readonly state: string;
  readonly since?: string;
}

export interface NoticeFacts {
  readonly to: 'sns' | 'webhook';
  /** ARN of the topic; the webhook's host only, its path is a secret. */
  readonly address: string;
  readonly sent: boolean;
  readonly attempts: number;
  readonly error?: string;
}
