import type { RDS, RDSClientConfig } from '@aws-sdk/client-rds';

import { PgrehearseError, toError } from '../../support/errors.ts';
import { redact } from '../../support/redact.ts';
import type { Aws, AwsSettings } from './aws.ts';
import { chooseCredentials } from './credentials.ts';
import { isAmazons } from './endpoint-host.ts';
import { loadPackage } from '../../support/aws-package.ts';
import { addressOf, asStack, Wire } from './wire.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** How long to wait for AWS; tests shorten it. */
export interface AwsPatience {
  readonly connectMs: number;
  readonly requestMs: number;
  /** One question with its retries. */
  readonly questionMs: number;
}

/** Of a minute for each question, with its retries, unless told otherwise. */
export const patienceOf = (questionMs = PATIENCE.questionMs): AwsPatience => ({
  connectMs: Math.min(PATIENCE.connectMs, questionMs),
  requestMs: Math.min(PATIENCE.requestMs, questionMs),
  questionMs,
});

const PATIENCE: AwsPatience = { connectMs: 5_000, requestMs: 15_000, questionMs: 60_000 };

/** Eight attempts back off for about half a minute on average, as an account-wide throttle of RDS needs. */
const MAX_ATTEMPTS = 8;

/** Finds region, endpoint and credentials; sends nothing yet. Rejects with AWS_PACKAGE_MISSING or AWS_UNAVAILABLE. */
export async function openAws(settings: AwsSettings, env: Environment, patience = PATIENCE): Promise<Aws> {
  const { RDS: Rds } = await loadPackage('@aws-sdk/client-rds', () => import('@aws-sdk/client-rds'));
  const wire = new Wire(2 * patience.requestMs);
  const profile = settings.profile === undefined ? {} : { profile: settings.profile };
  const common = { ...profile, ...transport(patience) };
  const region =
    settings.region ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? (await regionOfProfile(Rds, common));
  const sts = { region, ...endpointFor('STS', env), requestHandler: common.requestHandler };
  const credentials = await chooseCredentials(settings, env, sts, wire);
  const configFor = (service: Service, where = region) => ({
    ...common,
    region: where,
    ...endpointFor(service, env),
    ...(credentials && { credentials }),
  });
  const clients = new Clients(wire);
  const rds = clients.own(new Rds(configFor('RDS')));
  return assemble({
    wire,
    clients,
    rds,
    region,
    configFor,
    patience,
    address: await addressOfRds(new Rds({ ...configFor('RDS'), credentials: NOBODY })),
  });
}

type Service = 'RDS' | 'CLOUDWATCH' | 'STS' | 'KMS' | 'SNS';

interface Parts {
  readonly wire: Wire;
  readonly clients: Clients;
  readonly rds: RDS;
  readonly region: string;
  readonly patience: AwsPatience;
  readonly address: ReturnType<typeof addressOf>;
  readonly configFor: (service: Service, region?: string) => SharedConfig;
}

/** What the clients of all services take alike. */
type SharedConfig = Pick<RDSClientConfig, 'region' | 'credentials'>;

const assemble = ({ wire, clients, rds, region, configFor, patience, address }: Parts): Aws => ({
  region,
  endpoint: address.host,
  customEndpoints: () => [...new Set([...(isAmazons(address) ? [] : [address.host]), ...wire.strangers])],
  get isAwsEndpoint() {
    return isAmazons(address) && wire.strangers.length === 0;
  },
  patienceMs: patience.questionMs,
  rds,
  credentials: rds.config.credentials,
  cloudwatch: once(async () => {
    const { CloudWatch } = await loadPackage('@aws-sdk/client-cloudwatch', () => import('@aws-sdk/client-cloudwatch'));
    return clients.own(new CloudWatch(configFor('CLOUDWATCH')));
  }),
  sts: once(async () => {
    const { STS } = await loadPackage('@aws-sdk/client-sts', () => import('@aws-sdk/client-sts'));
    return clients.own(new STS(configFor('STS')));
  }),
  kms: once(async () => {
    const { KMS } = await loadPackage('@aws-sdk/client-kms', () => import('@aws-sdk/client-kms'));
    return clients.own(new KMS(configFor('KMS')));
  }),
  sns: once(async () => {
    const { SNS } = await loadPackage('@aws-sdk/client-sns', () => import('@aws-sdk/client-sns'));
    return clients.own(new SNS(configFor('SNS')));
  }),
  rdsIn: async (where) => {
    const { RDS: Rds } = await loadPackage('@aws-sdk/client-rds', () => import('@aws-sdk/client-rds'));
    return clients.own(new Rds(configFor('RDS', where)));
  },
  now: () => new Date(Date.now() + (wire.clockOffsetMs ?? 0)),
  clockOffsetMs: () => wire.clockOffsetMs,
  [Symbol.dispose]: () => clients.destroy(),
});

/** Puts each client on the wire, and closes their connections at the end. */
class Clients {
  readonly #wire: Wire;
  readonly #all: { destroy(): void }[] = [];

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  own<Client extends { readonly middlewareStack: unknown; destroy(): void }>(client: Client): Client {
    this.#wire.plugin.applyToStack(client.middlewareStack);
    this.#all.push(client);
    return client;
  }

  destroy(): void {
    for (const client of this.#all) client.destroy();
  }
}

const transport = ({ connectMs, requestMs }: AwsPatience) => ({
  maxAttempts: MAX_ATTEMPTS,
  retryMode: 'standard' as const,
  requestHandler: { connectionTimeout: connectMs, requestTimeout: requestMs, throwOnRequestTimeout: true },
  // The SDK writes its warnings to the console otherwise.
  logger: { trace: silent, debug: silent, info: silent, warn: silent, error: silent },
});

const silent = (): void => {};

/** What the SDK makes of the config file and `AWS_PROFILE`. */
async function regionOfProfile(Rds: new (config: object) => RDS, config: object): Promise<string> {
  const client = new Rds(config);
  try {
    return await client.config.region();
  } catch (thrown) {
    throw new PgrehearseError('AWS_UNAVAILABLE', `There is no AWS region: ${redact(toError(thrown).message)}.`, {
      hint: 'Set `AWS_REGION`, `region` of the profile, or in the config `preflight.aws.region` or `server.rds.region`.',
      cause: thrown,
    });
  } finally {
    client.destroy();
  }
}

/** As the SDK reads them; given explicitly so that an environment that is not the process's own holds too. */
function endpointFor(service: Service, env: Environment): { readonly endpoint?: string } {
  if (env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return {};
  const endpoint = env[`AWS_ENDPOINT_URL_${service}`] || env['AWS_ENDPOINT_URL'];
  return endpoint === undefined || endpoint === '' ? {} : { endpoint };
}

/** An address can be had without credentials, but the SDK wants some first. */
const NOBODY = { accessKeyId: 'none', secretAccessKey: 'none' };

/** Lets the SDK address a request, from whichever of its settings, and stops it before anything is sent. */
async function addressOfRds(client: RDS): Promise<ReturnType<typeof addressOf>> {
  let address: ReturnType<typeof addressOf> | undefined;
  const stop = new Error('Addressed.');
  asStack(client.middlewareStack).add(
    () =>
      ({ request }) => {
        address = addressOf(request);
        return Promise.reject(stop);
      },
    { step: 'build', name: 'pgrehearseAddress' },
  );
  try {
    await client.describeAccountAttributes({});
  } catch (thrown) {
    if (thrown !== stop)
      throw new PgrehearseError('AWS_UNAVAILABLE', `RDS has no address: ${toError(thrown).message}`, { cause: thrown });
  } finally {
    client.destroy();
  }
  return address ?? { protocol: '', host: '' };
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => (made ??= make());
}
