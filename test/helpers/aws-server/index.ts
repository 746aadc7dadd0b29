import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull } from 'node:os';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

import { Faults, faultError, type Fault } from './faults.ts';
import { OPERATIONS } from './operations.ts';
import { Progress } from './progress.ts';
import { send } from './send.ts';
import { callerOf } from './sts.ts';
import { failure, success, type Answer } from './wire/answer.ts';
import { AwsError } from './wire/aws-error.ts';
import { readRequest, type AwsRequest, type Service } from './wire/request.ts';
import { aWorld } from './world/a-world.ts';
import type { World } from './world/world.ts';

export interface AwsServerOptions {
  readonly world: World;
}

export interface AwsServer extends AsyncDisposable {
  /** `http://127.0.0.1:port`, one address for RDS, CloudWatch, STS, KMS and SNS in every region. */
  readonly url: string;
  /** Environment for the SDK: endpoint, keys, region; neither a profile nor the instance metadata service. */
  readonly env: Readonly<Record<string, string>>;
  readonly world: World;
  readonly calls: readonly Call[];
  /** Most requests that were under way at once. */
  readonly mostInFlight: number;
  fault(fault: Fault): void;
  clearFaults(): void;
}

interface Call {
  readonly service: Service;
  readonly action: string;
  readonly input: Record<string, unknown>;
  readonly region: string;
}

/** AWS on loopback, for the real SDK. What it knows and what it does not is in the README next to it. */
export async function startAwsServer(options: Partial<AwsServerOptions> = {}): Promise<AwsServer> {
  const { world = aWorld() } = options;
  const state = { calls: [] as Call[], inFlight: 0, mostInFlight: 0, faults: new Faults(), progress: new Progress() };
  const server = createServer((request, response) => {
    state.inFlight += 1;
    state.mostInFlight = Math.max(state.mostInFlight, state.inFlight);
    response.once('close', () => {
      state.inFlight -= 1;
    });
    void respond(request, response, world, state);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    env: environment(url, world.region),
    world,
    calls: state.calls,
    get mostInFlight() {
      return state.mostInFlight;
    },
    fault: (fault) => state.faults.add(fault),
    clearFaults: () => state.faults.clear(),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface State {
  readonly calls: Call[];
  readonly faults: Faults;
  readonly progress: Progress;
}

async function respond(incoming: IncomingMessage, response: ServerResponse, world: World, state: State): Promise<void> {
  const answered = await answer(incoming, world, state).catch((error: unknown) => ({
    // A mistake in this server or in the test's world: loud, and not retried by the SDK.
    answer: failure('rds', new AwsError('TestServerBroke', 400, String(error instanceof Error ? error.stack : error))),
    fault: undefined,
  }));
  send(response, answered.answer, answered.fault, world.now());
}

async function answer(
  incoming: IncomingMessage,
  world: World,
  state: State,
): Promise<{ answer: Answer; fault: Fault['kind'] | undefined }> {
  const body = await text(incoming);
  await sleep(world.latencyMs);
  let request: AwsRequest;
  try {
    request = readRequest(incoming.headers, body);
  } catch (error) {
    if (error instanceof AwsError) return { answer: failure('rds', error), fault: undefined };
    throw error;
  }
  const { service, action, input, region } = request;
  state.calls.push({ service, action, input, region });
  const fault = state.faults.take(request);
  return { answer: await outcome(request, world, state, fault), fault };
}

async function outcome(
  request: AwsRequest,
  world: World,
  state: State,
  fault: Fault['kind'] | undefined,
): Promise<Answer> {
  const { service, action, region, accessKeyId } = request;
  const callerArn = callerOf(accessKeyId, world.callerArn);
  try {
    checkClock(request, world.now());
    const error = fault === undefined ? undefined : faultError(fault, request, callerArn);
    if (error !== undefined) throw error;
    if (fault === 'cut' || fault === 'hang') return success(service, action, {});
    const operation = OPERATIONS[service][action];
    if (operation === undefined) throw new AwsError('InvalidAction', 400, `Could not find operation ${action}`);
    const resources = world.in(region);
    const context = { settings: world, resources, region, progress: state.progress, callerArn, accessKeyId };
    return success(service, action, operation(context, request.input));
  } catch (error) {
    if (error instanceof AwsError) return failure(service, error);
    throw error;
  }
}

/** AWS refuses what was signed more than five minutes away from its clock. */
function checkClock({ signedAt }: AwsRequest, now: Date): void {
  if (Math.abs(signedAt.getTime() - now.getTime()) <= 5 * 60_000) return;
  const relation =
    signedAt < now ? 'Signature expired: is now earlier than' : 'Signature not yet current: is still later than';
  throw new AwsError('SignatureDoesNotMatch', 403, `${relation} ${now.toISOString()}`);
}

const environment = (url: string, region: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'a-secret-of-nobody',
  AWS_REGION: region,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
});
