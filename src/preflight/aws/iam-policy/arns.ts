import type { ResourceKind } from '../../facts/aws.ts';

/** What a policy is for. What is not known is a placeholder in capitals, for the reader to replace. */
export interface PolicySubject {
  readonly region?: string;
  readonly account?: string;
  /** Another region whose replicated backups are looked at. */
  readonly backupRegion?: string;
  /** Absent: the policy is for all three. */
  readonly kind?: ResourceKind;
  readonly identifier?: string;
  readonly resourceId?: string;
  /** Connects with IAM database authentication. */
  readonly databaseUser?: string;
  /** `verify` tells it how it went. */
  readonly topicArn?: string;
}

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource?: readonly string[];
  readonly NotResource?: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** ARN of one thing, or of all that a pattern matches: `arnOf(subject, 'db:shop')`. */
export function arnOf(subject: PolicySubject, rest: string, service = 'rds'): string {
  const { region = 'REGION', account = 'ACCOUNT_ID' } = subject;
  return `arn:${partitionOf(region)}:${service}:${region}:${account}:${rest}`;
}

export const sourceOf = ({ identifier = 'DATABASE_IDENTIFIER' }: PolicySubject): string => identifier;

/** Absent kind: everything is possible. */
export const canBe = ({ kind }: PolicySubject, ...kinds: readonly ResourceKind[]): boolean =>
  kind === undefined || kinds.includes(kind);

/**
 * RDS works on encrypted databases in the name of the caller, who must be allowed to grant it their key.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.Keys.html
 */
export const keyGrant = (subject: PolicySubject): Statement => ({
  Sid: 'KeyForRds',
  Effect: 'Allow',
  Action: ['kms:CreateGrant'],
  Resource: [arnOf(subject, 'key/*', 'kms')],
  Condition: {
    Bool: { 'kms:GrantIsForAWSResource': 'true' },
    StringLike: { 'kms:ViaService': `rds.${subject.region ?? 'REGION'}.*` },
  },
});

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return region.startsWith('eusc-') ? 'aws-eusc' : 'aws';
}
