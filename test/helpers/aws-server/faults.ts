import { AwsError } from './wire/aws-error.ts';
import type { AwsRequest } from './wire/request.ts';

/** Something that goes wrong with calls of `action`. */
export interface Fault {
  /** `DescribeDBInstances`, or `*` for every one. */
  readonly action: string;
  readonly kind: FaultKind;
  /** How many calls it hits; absent: all from now on. */
  readonly times?: number;
  /** Calls of the action that go well before. */
  readonly after?: number;
  /** Absent: in every region. */
  readonly region?: string;
}

export type FaultKind =
  | ErrorKind
  | 'hang'
  | 'neverEnds'
  | 'cut'
  | 'lostResponse'
  | 'malformed'
  | 'constantMarker'
  | 'html503';

type ErrorKind = 'throttle' | 'error500' | 'expiredToken' | 'accessDenied';

/** Faults in the order they were asked for; the first one that concerns a call and is not used up hits it. */
export class Faults {
  readonly #waiting: { readonly fault: Fault; seen: number }[] = [];

  add(fault: Fault): void {
    this.#waiting.push({ fault, seen: 0 });
  }

  clear(): void {
    this.#waiting.length = 0;
  }

  take(request: AwsRequest): FaultKind | undefined {
    for (const entry of this.#waiting) {
      const { action, region, after = 0, times = Infinity } = entry.fault;
      if (![request.action, '*'].includes(action) || (region !== undefined && region !== request.region)) continue;
      entry.seen += 1;
      if (entry.seen > after && entry.seen <= after + times) return entry.fault.kind;
    }
    return undefined;
  }
}

/** The error that a fault is, in the words of AWS; undefined when it is something else. */
export function faultError(kind: FaultKind, request: AwsRequest, callerArn: string): AwsError | undefined {
  const answers: Partial<Record<FaultKind, AwsError>> = {
    throttle: new AwsError('Throttling', 400, 'Rate exceeded'),
    error500: new AwsError('InternalFailure', 500, 'An internal error has occurred. Please try your query again.'),
    expiredToken: new AwsError('ExpiredToken', 403, 'The security token included in the request is expired'),
    accessDenied: accessDenied(request, callerArn),
  };
  return answers[kind];
}

function accessDenied({ service, action }: Pick<AwsRequest, 'service' | 'action'>, callerArn: string): AwsError {
  const permission = `${service === 'monitoring' ? 'cloudwatch' : service}:${action}`;
  const why = `because no identity-based policy allows the ${permission} action`;
  return new AwsError('AccessDenied', 403, `User: ${callerArn} is not authorized to perform: ${permission} ${why}`);
}
