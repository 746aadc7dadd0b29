import type { CloudWatch } from '@aws-sdk/client-cloudwatch';
import type { KMS } from '@aws-sdk/client-kms';
import type { RDS } from '@aws-sdk/client-rds';
import type { SNS } from '@aws-sdk/client-sns';
import type { STS } from '@aws-sdk/client-sts';

/** How to reach AWS; every value absent is the SDK's own default (environment, profile, SSO, instance role …). */
export interface AwsSettings {
  readonly region?: string;
  readonly profile?: string;
  /** Role to assume, with `externalId` where its trust policy asks for one. */
  readonly roleArn?: string;
  readonly externalId?: string;
}

/**
 * Clients for one region. Calls go through one gate: at most two are in flight over all of them, each has a time limit,
 * and throttling is retried with patience.
 */
export interface Aws extends Disposable {
  readonly region: string;
  /** Host that RDS requests go to, with its port where it is not 443. */
  readonly endpoint: string;
  /** Nothing was sent to a host that is not Amazon's, over all services so far. */
  readonly isAwsEndpoint: boolean;
  /** The hosts that are not. */
  customEndpoints(): readonly string[];
  /** How long one question may take, retries included, before it counts as not answered. */
  readonly patienceMs: number;
  readonly rds: RDS;
  cloudwatch(): Promise<CloudWatch>;
  sts(): Promise<STS>;
  kms(): Promise<KMS>;
  sns(): Promise<SNS>;
  /** The same credentials in another region. */
  rdsIn(region: string): Promise<RDS>;
  /** For a token of IAM database authentication. */
  readonly credentials: RDS['config']['credentials'];
  /** This machine's clock, corrected by what the last answer of AWS said. */
  now(): Date;
  /** Clock of AWS minus ours; absent before the first answer. */
  clockOffsetMs(): number | undefined;
}
