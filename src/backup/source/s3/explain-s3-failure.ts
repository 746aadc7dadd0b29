import { type ErrorCode, isPgrehearseError, PgrehearseError, toError } from '../../../support/errors.ts';
import { redact } from '../../../support/redact.ts';

interface Explanation {
  /** Names of the error, as S3 and the SDK write them. */
  readonly when: RegExp;
  readonly code: ErrorCode;
  /** `address`: `s3://bucket/key`. */
  readonly message: (address: string) => string;
  readonly hint: string;
}

const EXPLANATIONS: readonly Explanation[] = [
  {
    when: /^NoSuchBucket$/,
    code: 'BACKUP_NOT_FOUND',
    message: (address) => `There is no bucket for ${address}.`,
    hint: 'Check the name; buckets of other services are reached with `backup.s3.endpoint`.',
  },
  {
    when: /^NoSuchKey$|^NotFound$/,
    code: 'BACKUP_NOT_FOUND',
    message: (address) => `There is no object ${address}.`,
    hint: '`aws s3 ls` shows what there is. A dump in directory format is named with a slash at its end.',
  },
  {
    when: /^NoSuchVersion$|^MethodNotAllowed$/,
    code: 'BACKUP_NOT_FOUND',
    message: (address) => `There is no such version of ${address}, or it is a mark of deletion.`,
    hint: '`aws s3api list-object-versions` shows which there are.',
  },
  {
    when: /^(?:AccessDenied|AllAccessDisabled|Forbidden|403)/,
    code: 'BACKUP_UNREADABLE',
    message: (address) => `S3 does not let us read ${address}`,
    hint: 'It takes s3:GetObject, for a version s3:GetObjectVersion, for a folder s3:ListBucket, and kms:Decrypt where a key of KMS is used. Without s3:ListBucket a missing object looks the same.',
  },
  {
    when: /^InvalidObjectState$/,
    code: 'BACKUP_UNREADABLE',
    message: (address) => `${address} is in an archive (Glacier) and has to be brought back before it can be read`,
    hint: '`aws s3api restore-object` brings it back, which takes minutes to hours.',
  },
  {
    when: /^PreconditionFailed$|^InvalidRange$/,
    code: 'BACKUP_UNREADABLE',
    message: (address) => `${address} was replaced while it was being read.`,
    hint: 'Run it again once the upload has ended; `backup.s3.versionId` names one version of it.',
  },
  {
    when: /^(?:PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException|Redirect)$/,
    code: 'AWS_UNAVAILABLE',
    message: (address) => `The bucket of ${address} is in another region`,
    hint: 'Name it with `backup.s3.region` or AWS_REGION: `aws s3api get-bucket-location` says which one it is.',
  },
  {
    when: /^(?:ExpiredToken|TokenRefreshRequired|RequestExpired)/,
    code: 'AWS_UNAVAILABLE',
    message: () => 'The AWS credentials have expired.',
    hint: 'Log in again, as with `aws sso login`.',
  },
  {
    when: /^(?:InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|AuthFailure|InvalidClientTokenId|UnrecognizedClient)/,
    code: 'AWS_UNAVAILABLE',
    message: () => 'S3 does not accept the AWS credentials',
    hint: '`aws sts get-caller-identity` shows which are in use; AWS_PROFILE and `backup.s3.profile` choose others.',
  },
  {
    when: /^(?:CredentialsProviderError|TokenProviderError|ProviderError)$/,
    code: 'AWS_UNAVAILABLE',
    message: () => 'There are no AWS credentials',
    hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or `backup.s3.profile`.',
  },
  {
    when: /^RequestTimeTooSkewed$/,
    code: 'AWS_UNAVAILABLE',
    message: () => 'The clock of this machine differs too much from that of S3.',
    hint: 'Set the clock, by NTP as a rule.',
  },
];

/** What went wrong in S3, in words that help, without anything secret. */
export function explainS3Failure(thrown: unknown, address: string): PgrehearseError {
  if (isPgrehearseError(thrown)) return thrown;
  const error = toError(thrown);
  const known = EXPLANATIONS.find(({ when }) => when.test(error.name)) ?? byStatus(error);
  if (known) {
    const message = known.message(address);
    const said = message.endsWith('.') ? message : `${message}${reasonOf(error)}.`;
    return new PgrehearseError(known.code, said, { cause: error, hint: known.hint });
  }
  return new PgrehearseError('AWS_UNAVAILABLE', `${address} could not be read: ${error.name}${reasonOf(error)}.`, {
    cause: error,
    hint: 'Is S3 within reach, and are region and `backup.s3.endpoint` right? Nothing was rehearsed.',
  });
}

/** Names may be missing where something else than S3 answers. */
const byStatus = (error: Error): Explanation | undefined =>
  [403, 404].includes(statusOf(error) ?? 0)
    ? EXPLANATIONS.find(({ when }) => when.test(statusOf(error) === 403 ? '403' : 'NotFound'))
    : undefined;

/** One line without full stop. */
function reasonOf(error: Error): string {
  const text = redact(error.message).replaceAll(/\s+/g, ' ').trim().slice(0, 300).replace(/\.$/, '');
  return ['', error.name, 'UnknownError'].includes(text) ? '' : `: ${text}`;
}

/** Nothing that S3 has said: the connection, or S3 itself for the moment. */
export function isPassing(thrown: unknown): boolean {
  const error = toError(thrown);
  const status = statusOf(error);
  if (status !== undefined) return status >= 500 || status === 429;
  return !isPgrehearseError(thrown) && !error.name.endsWith('ProviderError');
}

export function statusOf(error: unknown): number | undefined {
  const metadata: unknown = error instanceof Error && '$metadata' in error ? error.$metadata : undefined;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
