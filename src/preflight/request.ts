import type { MigrationSource } from '../migrations/source.ts';
import type { ProductionTarget } from '../postgres/production-target.ts';
import type { AwsSettings } from './aws/aws.ts';
import type { Policy } from './facts/index.ts';

/** One invariant of the config, as a rehearsal has it too. */
export interface InvariantQuery {
  readonly name: string;
  readonly sql: string;
  readonly expect: string;
}

/** Everything a pre-flight needs to know, with all paths absolute. The CLI makes it from config and flags. */
export interface PreflightRequest {
  readonly target: ProductionTarget;
  /** The password is made by AWS for each connection. */
  readonly iamAuthentication: boolean;
  readonly aws: AwsSettings | 'off';
  /** How long one question to AWS may take with its retries. */
  readonly patienceMs?: number;
  /** How often a snapshot or a restore is looked at. */
  readonly pollMs?: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly policy: Policy;
  readonly certificate: CertificateRequest;
  readonly source: MigrationSource;
  readonly invariants: readonly InvariantQuery[];
  /** Absent: no snapshot is made. */
  readonly createSnapshot?: { readonly maxWaitMs: number };
  /** Absent: no drill. */
  readonly drill?: DrillRequest;
  /** Where the drill writes down what it is about to create, so that a later run can remove it. */
  readonly stateFolder: string;
}

export interface CertificateRequest {
  readonly path: string;
  /** Nobody named the file: that it is missing is an answer, not a mistake. */
  readonly isDefault: boolean;
  /** PEM of the public key that it must be signed with. */
  readonly keyPath?: string;
}

export interface DrillRequest {
  readonly instanceClass?: string;
  readonly subnetGroup?: string;
  readonly securityGroups?: readonly string[];
  readonly parameterGroup?: string;
  readonly maxHours: number;
  readonly amcheck: boolean;
}
