import type { AwsFacts } from './aws.ts';
import type { DatabaseFacts } from './database.ts';
import type { Reading } from '../reading.ts';
import type { InvariantStart } from './receipt.ts';
import type { RehearsalFacts } from './rehearsal.ts';

/** Everything a pre-flight gathered, as plain JSON. Its checks read this and nothing else. */
export interface PreflightFacts {
  readonly format: 1;
  readonly tool: { readonly name: 'pgrehearse'; readonly version: string };
  /** ISO-8601 UTC by the clock of AWS where it answered, else by this machine's. Ages are counted from here. */
  readonly takenAt: string;
  readonly target: TargetFacts;
  readonly policy: Policy;
  /** Absent: the config says that this database is not on AWS. */
  readonly aws?: AwsFacts;
  readonly database: DatabaseFacts;
  readonly rehearsal: RehearsalFacts;
  /** What the invariants of the config give now; `verify` compares with it. */
  readonly invariants: Reading<readonly InvariantStart[]>;
}

/** Which database it is about, as the connection string says. Never its password. */
export interface TargetFacts {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** What the user expects, from config and flags. Absent: nothing is expected. */
export interface Policy {
  readonly account?: string;
  readonly region?: string;
  readonly resourceId?: string;
  readonly allowCustomEndpoint: boolean;
  /** Automated backups must be replicated to it. */
  readonly backupRegion?: string;
  /** The role that the real migration will connect as; the role of the connection string when absent. */
  readonly migrationRole?: string;
  /** Replicas that must be streaming. */
  readonly replicas?: number;
  /** `--create-snapshot`: a snapshot of this run is the one that counts. */
  readonly createSnapshot: boolean;
}
