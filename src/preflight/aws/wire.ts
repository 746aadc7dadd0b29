import { setTimeout as delay } from 'node:timers/promises';

import { Gate } from './gate.ts';
import { isAmazons } from './endpoint-host.ts';

const CALLS_IN_FLIGHT = 2;

/** What all clients of one run share: the gate, the clock of AWS, and the hosts that were spoken to. */
export class Wire {
  readonly #gate = new Gate(CALLS_IN_FLIGHT);
  readonly #strangers = new Set<string>();
  readonly #answerMs: number;
  #clockOffsetMs: number | undefined;

  /** @param answerMs for one answer with its body; the SDK's own limit, which is to strike first, ends with the headers */
  constructor(answerMs: number) {
    this.#answerMs = answerMs;
  }

  get clockOffsetMs(): number | undefined {
    return this.#clockOffsetMs;
  }

  /** Hosts that are not Amazon's and were sent a request. */
  get strangers(): readonly string[] {
    return [...this.#strangers];
  }

  /** For `client.middlewareStack.use` and `clientPlugins`: each HTTP request of it, retries included, passes through here. */
  readonly plugin = {
    applyToStack: (stack: unknown): void => {
      // Innermost before the answer is read, so inside the retries, and the place is kept until the body is in.
      asStack(stack).add((next) => (args) => this.#send(args.request, () => next(args)), {
        step: 'finalizeRequest',
        priority: 'low',
        name: 'pgrehearseWire',
        override: true,
      });
    },
  };

  #send<Answer extends Answered>(request: unknown, send: () => Promise<Answer>): Promise<Answer> {
    const address = addressOf(request);
    if (!isAmazons(address)) this.#strangers.add(address.host);
    return this.#gate.through(async () => {
      const sentAt = Date.now();
      try {
        const answer = await within(this.#answerMs, send());
        this.#readClock(answer.response, sentAt);
        return answer;
      } catch (error) {
        this.#readClock(field(error, '$response'), sentAt);
        throw error;
      }
    });
  }

  /** `Date` has whole seconds, and was written somewhere between sending and now. */
  #readClock(response: unknown, sentAt: number): void {
    const headers = field(response, 'headers');
    const date = Date.parse(String(field(headers, 'date')));
    if (Number.isNaN(date) || field(headers, 'age') !== undefined) return;
    this.#clockOffsetMs = Math.round(date + HALF_A_SECOND_MS - (sentAt + Date.now()) / 2);
  }
}

const HALF_A_SECOND_MS = 500;

/** A body that never ends must not keep its place at the gate; the SDK tries again after an error of this name. */
async function within<Value>(limitMs: number, work: Promise<Value>): Promise<Value> {
  const done = new AbortController();
  const late = delay(limitMs, undefined, { signal: done.signal, ref: false }).then(() => {
    throw Object.assign(new Error(`no answer within ${limitMs} ms`), { name: 'TimeoutError' });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
  }
}

/** `rds.eu-west-1.amazonaws.com`, or `127.0.0.1:4566` where the port says something. */
export function addressOf(request: unknown): { readonly protocol: string; readonly host: string } {
  const [protocol, hostname, port] = ['protocol', 'hostname', 'port'].map((name) => field(request, name));
  const number = typeof port === 'number' ? port : protocol === 'http:' ? 80 : 443;
  const suffix = number === 443 ? '' : `:${number}`;
  return { protocol: String(protocol), host: `${String(hostname)}${suffix}` };
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (Reflect.get(value, name) as unknown) : undefined;

interface Answered {
  readonly response?: unknown;
}

/** The stack's own type differs from client to client. */
export function asStack(value: unknown): Stack {
  if (!isStack(value)) throw new TypeError('This version of the AWS SDK has no middleware stack as we know it.');
  return value;
}

const isStack = (value: unknown): value is Stack => typeof field(value, 'add') === 'function';

/** As much of the SDK's middleware stack as is used. */
interface Stack {
  add(
    middleware: <Answer extends Answered>(
      next: (args: { readonly request: unknown }) => Promise<Answer>,
    ) => (args: { readonly request: unknown }) => Promise<Answer>,
    options: Readonly<Record<string, unknown>>,
  ): void;
}
