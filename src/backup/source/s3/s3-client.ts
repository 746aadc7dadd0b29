import type { S3 } from '@aws-sdk/client-s3';
import { awsKeysIn } from '../../../support/aws-keys.ts';
import { loadPackage } from '../../../support/aws-package.ts';
import { PgrehearseError, toError } from '../../../support/errors.ts';
import { redact } from '../../../support/redact.ts';

/** From the config; what is absent is as the SDK finds it: environment, profile, role of the machine. */
export interface S3Settings {
  readonly region?: string;
  readonly profile?: string;
  /** Of a service that speaks as S3 does. */
  readonly endpoint?: string;
  /** Absent: the newest. */
  readonly versionId?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws {PgrehearseError} `AWS_PACKAGE_MISSING`, `AWS_UNAVAILABLE` */
export async function openS3({ profile, ...settings }: S3Settings, env: Environment = process.env): Promise<S3> {
  const { S3 } = await loadPackage('@aws-sdk/client-s3', () => import('@aws-sdk/client-s3'));
  const region = settings.region ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'];
  const endpoint = settings.endpoint ?? endpointIn(env);
  const credentials = profile === undefined ? awsKeysIn(env) : undefined;
  const client = new S3({
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    // The name of a bucket before that of a host of one's own is a host that nobody knows.
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(credentials && { credentials }),
    followRegionRedirects: true,
    maxAttempts: MAX_ATTEMPTS,
    retryMode: 'standard',
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS, throwOnRequestTimeout: true },
    // An object that is read in pieces can be summed up here only.
    responseChecksumValidation: 'WHEN_REQUIRED',
    // The SDK writes its warnings to the console otherwise.
    logger: { trace: silent, debug: silent, info: silent, warn: silent, error: silent },
  });
  await client.config.region().catch((cause: unknown) => {
    client.destroy();
    throw noRegion(cause);
  });
  askForChecksums(client);
  return client;
}

const MAX_ATTEMPTS = 5;
const CONNECT_MS = 5_000;
const ANSWER_MS = 30_000;
const silent = (): void => {};

function endpointIn(env: Environment): string | undefined {
  if (env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return undefined;
  return env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL'] || undefined;
}

/** By hand: asked for through the SDK, it compares them as well, and that of a whole object with each piece of it. */
function askForChecksums(client: S3): void {
  client.middlewareStack.add(
    (next) => (args) => {
      if ('request' in args && hasHeaders(args.request) && args.request.headers['range'] === undefined) {
        args.request.headers['x-amz-checksum-mode'] = 'ENABLED';
      }
      return next(args);
    },
    { step: 'build', name: 'pgrehearseChecksums' },
  );
}

const hasHeaders = (request: unknown): request is { readonly headers: Record<string, string | undefined> } =>
  typeof request === 'object' && request !== null && 'headers' in request;

const noRegion = (cause: unknown): PgrehearseError =>
  new PgrehearseError('AWS_UNAVAILABLE', `There is no AWS region: ${redact(toError(cause).message)}.`, {
    cause,
    hint: 'Set `backup.s3.region`, `AWS_REGION`, or `region` of the profile.',
  });
