import { isPgrehearseError, toError } from '../../../support/errors.ts';
import { redact } from '../../../support/redact.ts';
import { unknown, type Reading } from '../../reading.ts';

/** An answer came, but not the one that was asked for. Its message is a sentence without full stop. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
}

/** Names are those of RDS, CloudWatch, STS and KMS, with and without the endings that the SDK adds. */
const DENIED = /^(?:AccessDenied|UnauthorizedOperation|NotAuthorized|KMSAccessDenied|AuthorizationError)/;
const EXPIRED = /^(?:ExpiredToken|RequestExpired|TokenRefreshRequired)/;
const NOT_ACCEPTED =
  /^(?:InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidSignature|AuthFailure|MissingAuthenticationToken|IncompleteSignature|InvalidAccessKeyId)/;
const THROTTLED =
  /^(?:Throttl|RequestLimitExceeded|TooManyRequests|BandwidthLimitExceeded|RequestThrottled|SlowDown|PriorRequestNotComplete|LimitExceeded)/;
const NO_CREDENTIALS = /^(?:CredentialsProviderError|TokenProviderError|ProviderError)$/;

/** Why a question has no answer, in words that help, with the permission that would give one. */
export function explainFailure(thrown: unknown, action: string): Reading<never> {
  const error = toError(thrown);
  const { name } = error;
  if (isPgrehearseError(thrown)) return unknown(`${sentence(error.message)}: ${thrown.hint}`);
  if (error instanceof UnreadableAnswer) return unknown(`the answer to ${action} cannot be used: ${error.message}`);
  if (DENIED.test(name)) return unknown(`access denied to ${action}`, action);
  if (EXPIRED.test(name)) return unknown(`the AWS credentials have expired (${action})`);
  if (NOT_ACCEPTED.test(name)) return unknown(`AWS does not accept the credentials (${action}: ${name})`);
  if (NO_CREDENTIALS.test(name)) return unknown(`there are no AWS credentials: ${sentence(error.message)}`);
  const status = statusOf(error);
  if (THROTTLED.test(name) || status === 429) return unknown(`AWS throttled ${action} to the end${attempts(error)}`);
  if (name === 'TimeoutError') return unknown(`${action} timed out${attempts(error)}`);
  if (isUnparsable(error)) return unknown(`the answer to ${action} cannot be read`);
  const code = status === undefined ? '' : ` (HTTP ${status})`;
  return unknown(`${action} failed${attempts(error)}: ${name}${code}: ${sentence(error.message)}`);
}

/** One line without full stop, nothing secret, not endless. */
const sentence = (message: string): string =>
  redact(message).replaceAll(/\s+/g, ' ').trim().slice(0, 300).replace(/\.$/, '');

const isUnparsable = (error: Error): boolean =>
  error instanceof SyntaxError ||
  /Deserialization error/i.test(error.message) ||
  /^(?:Syntax|Parse|Xml)/.test(error.name);

const statusOf = (error: Error): number | undefined => numberIn(metadataOf(error), 'httpStatusCode');

function attempts(error: Error): string {
  const count = numberIn(metadataOf(error), 'attempts');
  return count === undefined || count < 2 ? '' : ` after ${count} attempts`;
}

const metadataOf = (error: Error): unknown => ('$metadata' in error ? error.$metadata : undefined);

function numberIn(value: unknown, name: string): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found: unknown = Reflect.get(value, name);
  return typeof found === 'number' ? found : undefined;
}
