import { isKnown, type Reading } from '../../preflight/reading.ts';
import { PgrehearseError } from '../../support/errors.ts';

/** @throws {PgrehearseError} `AWS_UNAVAILABLE`, with the permission that is missing */
export function orAwsUnavailable<Value>(reading: Reading<Value>): Value {
  if (isKnown(reading)) return reading.value;
  const { unknown, needs } = reading;
  throw new PgrehearseError('AWS_UNAVAILABLE', `${unknown[0]?.toUpperCase() ?? ''}${unknown.slice(1)}.`, {
    ...(needs !== undefined && { hint: `Allow ${needs}. ${WHOLE_POLICY}` }),
  });
}

/** @param reason what AWS said when something was to be made: `instance … was not made: InstanceQuotaExceeded: …` */
export function notRestored(reason: string): PgrehearseError {
  const hint = HINTS.find(([pattern]) => pattern.test(reason))?.[1] ?? 'AWS says why; nothing was rehearsed.';
  return new PgrehearseError('SERVER_UNAVAILABLE', `RDS restored nothing that could be rehearsed on: ${reason}.`, {
    hint,
  });
}

const WHOLE_POLICY = '`pgrehearse preflight --print-iam-policy drill` prints the whole policy.';

/** What helps, by the name of the error. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /kms|key ?not ?accessible/i,
    'The key of the snapshot must be usable by these credentials: `kms:CreateGrant`, `kms:DescribeKey`.',
  ],
  [/AccessDenied|NotAuthorized|UnauthorizedOperation/, `Allow the action that AWS names. ${WHOLE_POLICY}`],
  [/Expired|Credentials|Token|SignatureDoesNotMatch/, 'Renew the credentials; a restore may outlast short ones.'],
  [/QuotaExceeded/, 'Delete what is no longer needed, or have the quota of RDS raised.'],
  [/InsufficientDB\w*Capacity|InstanceClass|instance class/i, 'Name another class in `server.rds.instanceClass`.'],
  [/time limit of/, 'Raise `server.rds.maxHours` (`--max-hours`).'],
  [/nobody could connect/, 'This machine must reach the subnet and be let in by the security groups of the instance.'],
];
