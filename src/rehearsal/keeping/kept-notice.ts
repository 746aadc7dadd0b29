/** For whoever wants to look at a kept server. Holds no secret. */
export interface KeptNotice {
  readonly id: string;
  readonly provider: string;
  readonly database: string;
  readonly pristine: string;
  /** ISO-8601 UTC. */
  readonly restoredAt: string;
  /** Arguments and environment of `psql`. */
  readonly psql: readonly string[];
  readonly isReusable: boolean;
}
