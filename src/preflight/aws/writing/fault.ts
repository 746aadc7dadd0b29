import { codeOf } from '../../../support/errors.ts';
import { redact } from '../../../support/redact.ts';

/**
 * What an error of AWS means for someone who waits. `throttled` and `passing` may be gone at the next question; `absent`:
 * no such thing; `exists`: the identifier is taken; `state`: not while it is in this state; `final`: asking again will not
 * help (denied, expired, invalid).
 */
export type Fault = 'throttled' | 'passing' | 'absent' | 'exists' | 'state' | 'final';

export function faultOf(error: unknown): Fault {
  const { name, status } = partsOf(error);
  if (THROTTLED.test(name)) return 'throttled';
  if (ABSENT.test(name)) return 'absent';
  if (name.includes('AlreadyExists')) return 'exists';
  if (STATE.test(name)) return 'state';
  if (FINAL.test(name)) return 'final';
  return status !== undefined && status >= 400 && status < 500 ? 'final' : 'passing';
}

/**
 * A refusal in answer to the only attempt: nothing was done. After a second attempt nobody knows what came of the first, whose
 * answer may have been lost.
 */
export function wasRefused(error: unknown): boolean {
  const { name, status, attempts } = partsOf(error);
  if (NEVER_SENT.test(name)) return true;
  const fault = faultOf(error);
  return attempts === 1 && status !== undefined && (fault === 'final' || fault === 'state' || fault === 'absent');
}

/** One line without secrets: `AccessDenied: User … is not authorized to perform: rds:CreateDBSnapshot`. */
export function sayFault(error: unknown): string {
  const { name, message } = partsOf(error);
  const line = redact(message).replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
  return `${name}: ${line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line}`;
}

/** Error classes of the SDK are matched by name and form: two copies of a package may be loaded. */
function partsOf(error: unknown): {
  readonly name: string;
  readonly message: string;
  readonly status?: number;
  readonly attempts?: number;
} {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  const status = numberIn(metadata, 'httpStatusCode');
  const attempts = numberIn(metadata, 'attempts');
  // An answer that could not be read carries its cause's message over several lines of advice.
  const message = error.message || (codeOf(error) ?? '');
  return {
    name: error.name,
    message,
    ...(status !== undefined && { status }),
    ...(attempts !== undefined && { attempts }),
  };
}

function numberIn(holder: unknown, key: string): number | undefined {
  if (typeof holder !== 'object' || holder === null) return undefined;
  const value: unknown = Object.entries(holder).find(([name]) => name === key)?.[1];
  return typeof value === 'number' ? value : undefined;
}

const THROTTLED = /^(?:Throttl|RequestLimitExceeded|TooManyRequests|SlowDown|Request.*Throttled|BandwidthLimit)/;
const ABSENT = /^DB(?:Instance|Cluster|Snapshot|ClusterSnapshot)NotFound(?:Fault)?$/;
const STATE = /^InvalidDB(?:Instance|Cluster|Snapshot|ClusterSnapshot)State(?:Fault)?$/;
/** Also where no status came with it. */
const FINAL =
  /^(?:AccessDenied|NotAuthorized|UnauthorizedOperation|Expired|TokenRefreshRequired|UnrecognizedClient|InvalidClientTokenId|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken|InvalidSignature|OptInRequired|CredentialsProviderError|TokenProviderError)/;
const NEVER_SENT = /^(?:CredentialsProviderError|TokenProviderError)$/;
const LONGEST = 300;
