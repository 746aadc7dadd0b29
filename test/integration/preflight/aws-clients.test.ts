import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { openAws } from '../../../src/preflight/aws/clients.ts';
import { iamPassword } from '../../../src/preflight/aws/iam-password.ts';
import { loadPackage, type AwsPackage } from '../../../src/support/aws-package.ts';
import { openTestAws } from '../../helpers/aws-reading.ts';
import { startAwsServer } from '../../helpers/aws-server/index.ts';
import { aWorld } from '../../helpers/aws-server/world/a-world.ts';
import { ACCOUNT } from '../../helpers/aws-server/world/constants.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDENV', AWS_SECRET_ACCESS_KEY: 'of-the-environment' };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgrehearse-aws-'));
  // The SDK reads files itself; nothing of this machine's may be in the way.
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE', 'AWS_ENDPOINT_URL'])
    vi.stubEnv(name, undefined);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const configure = async (config: string, credentials = ''): Promise<void> => {
  await writeFile(join(folder, 'config'), config);
  await writeFile(join(folder, 'credentials'), credentials);
};

const accessKeyOf = async (aws: Awaited<ReturnType<typeof openAws>>): Promise<string> =>
  (await aws.rds.config.credentials()).accessKeyId;

describe('region', () => {
  test('settings before environment before profile', async () => {
    await configure('[profile work]\nregion = eu-north-1\n');
    const regionOf = async (...given: Parameters<typeof openAws>): Promise<string> => (await openAws(...given)).region;
    expect(await regionOf({ region: 'eu-west-3', profile: 'work' }, { AWS_REGION: 'eu-west-2' })).toBe('eu-west-3');
    expect(await regionOf({ profile: 'work' }, { AWS_REGION: 'eu-west-2' })).toBe('eu-west-2');
    expect(await regionOf({ profile: 'work' }, {})).toBe('eu-north-1');
  });

  test('none at all is an error that says where it could be', async () => {
    await expect(openAws({}, {})).rejects.toMatchObject({
      code: 'AWS_UNAVAILABLE',
      hint: expect.stringContaining('AWS_REGION'),
    });
  });
});

describe('endpoint', () => {
  test.each([
    ['eu-west-1', {}, 'rds.eu-west-1.amazonaws.com', true],
    ['cn-north-1', {}, 'rds.cn-north-1.amazonaws.com.cn', true],
    ['us-gov-west-1', {}, 'rds.us-gov-west-1.amazonaws.com', true],
    ['us-iso-east-1', {}, 'rds.us-iso-east-1.c2s.ic.gov', true],
    ['eu-west-1', { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }, '127.0.0.1:4566', false],
    ['eu-west-1', { AWS_ENDPOINT_URL_RDS: 'https://rds.example.com' }, 'rds.example.com', false],
    [
      'eu-west-1',
      { AWS_ENDPOINT_URL: 'https://x.eu-west-1.elb.amazonaws.com' },
      'x.eu-west-1.elb.amazonaws.com',
      false,
    ],
    [
      'eu-west-1',
      { AWS_ENDPOINT_URL: 'http://rds.eu-west-1.amazonaws.com:80' },
      'rds.eu-west-1.amazonaws.com:80',
      false,
    ],
    [
      'eu-west-1',
      { AWS_ENDPOINT_URL_RDS: 'https://vpce-0a.rds.eu-west-1.vpce.amazonaws.com' },
      'vpce-0a.rds.eu-west-1.vpce.amazonaws.com',
      true,
    ],
    [
      'eu-west-1',
      { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
      'rds.eu-west-1.amazonaws.com',
      true,
    ],
  ])('%s %j: %s, Amazon’s: %s', async (region, env, endpoint, isAwsEndpoint) => {
    using aws = await openAws({ region }, env);
    expect(aws).toMatchObject({ endpoint, isAwsEndpoint });
  });

  test('another service that is sent elsewhere counts as well', async () => {
    await using server = await startAwsServer();
    const { AWS_ENDPOINT_URL: url = '', ...env } = server.env;
    using aws = await openAws({}, { ...env, AWS_ENDPOINT_URL_STS: url });
    expect(aws).toMatchObject({ endpoint: 'rds.eu-west-1.amazonaws.com', isAwsEndpoint: true });
    await (await aws.sts()).getCallerIdentity();
    expect(aws.isAwsEndpoint).toBe(false);
    expect(aws.customEndpoints()).toEqual([new URL(url).host]);
  });
});

describe('credentials', () => {
  test('keys of the environment hold, also beside AWS_PROFILE; a profile asked for by name wins', async () => {
    await configure(
      '[profile work]\nregion = eu-west-1\n',
      '[work]\naws_access_key_id = AKIDWORK\naws_secret_access_key = s\n',
    );
    vi.stubEnv('AWS_PROFILE', 'work');
    for (const [name, value] of Object.entries(KEYS)) vi.stubEnv(name, value);
    expect(await accessKeyOf(await openAws({}, process.env))).toBe('AKIDENV');
    expect(await accessKeyOf(await openAws({ profile: 'work' }, process.env))).toBe('AKIDWORK');
  });

  test('nothing is written to the console about it', async () => {
    const warn = vi.spyOn(console, 'warn');
    await configure(
      '[profile work]\nregion = eu-west-1\n',
      '[work]\naws_access_key_id = AKIDWORK\naws_secret_access_key = s\n',
    );
    for (const [name, value] of Object.entries(KEYS)) vi.stubEnv(name, value);
    await accessKeyOf(await openAws({ profile: 'work' }, process.env));
    expect(warn).not.toHaveBeenCalled();
  });

  test('a role is assumed, with its external id', async () => {
    const role = { arn: `arn:aws:iam::${ACCOUNT}:role/preflight`, externalId: 'shared-secret' };
    await using server = await startAwsServer({ world: aWorld({ roles: [role] }) });
    using aws = await openTestAws(server, { roleArn: role.arn, externalId: role.externalId });
    await aws.rds.describeDBInstances();
    const identity = await (await aws.sts()).getCallerIdentity();
    expect(identity.Arn).toContain('assumed-role/preflight');
    expect(server.calls.find(({ action }) => action === 'AssumeRole')?.input).toMatchObject({
      RoleArn: role.arn,
      ExternalId: 'shared-secret',
    });
  });

  test('a role without the external id that it asks for cannot be had', async () => {
    const role = { arn: `arn:aws:iam::${ACCOUNT}:role/preflight`, externalId: 'shared-secret' };
    await using server = await startAwsServer({ world: aWorld({ roles: [role] }) });
    using aws = await openTestAws(server, { roleArn: role.arn });
    await expect(aws.rds.describeDBInstances()).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

test('at most two calls are in flight over all clients', async () => {
  await using server = await startAwsServer({ world: aWorld({ latencyMs: 30 }) });
  using aws = await openTestAws(server);
  const [sts, kms, elsewhere] = [await aws.sts(), await aws.kms(), await aws.rdsIn('eu-central-1')];
  const keyId = server.world.keys[0]?.KeyId ?? '';
  await Promise.all([
    ...Array.from({ length: 5 }, () => aws.rds.describeDBInstances()),
    ...Array.from({ length: 5 }, () => elsewhere.describeDBInstances()),
    ...Array.from({ length: 5 }, () => sts.getCallerIdentity()),
    ...Array.from({ length: 5 }, () => kms.describeKey({ KeyId: keyId })),
  ]);
  expect(server.calls).toHaveLength(20);
  expect(server.mostInFlight).toBe(2);
});

test('now() is the time of AWS', async () => {
  await using server = await startAwsServer({ world: aWorld({ clockSkewMs: -3_600_000 }) });
  using aws = await openTestAws(server);
  expect(aws.clockOffsetMs()).toBeUndefined();
  await aws.rds.describeDBInstances();
  expect(Math.abs(aws.now().getTime() - (Date.now() - 3_600_000))).toBeLessThan(1_500);
});

test('a token for IAM database authentication is a presigned address of the database', async () => {
  using aws = await openAws({ region: 'eu-west-1' }, KEYS);
  const host = 'shop.abcdefghijkl.eu-west-1.rds.amazonaws.com';
  const token = new URL(`https://${await iamPassword(aws, { host, port: 5432, user: 'preflight' })()}`);
  expect(token.host).toBe(`${host}:5432`);
  expect(Object.fromEntries(token.searchParams)).toMatchObject({
    Action: 'connect',
    DBUser: 'preflight',
    'X-Amz-Expires': '900',
    'X-Amz-Credential': expect.stringMatching(/^AKIDENV\/\d{8}\/eu-west-1\/rds-db\/aws4_request$/),
  });
});

describe('a package that is not installed', () => {
  // A name that nobody has stands for a package that this user has not.
  const absent = '@aws-sdk/client-that-is-absent' as AwsPackage;

  test('is named, with the line that installs it', async () => {
    await expect(loadPackage(absent, () => import(absent))).rejects.toMatchObject({
      code: 'AWS_PACKAGE_MISSING',
      message: `The package ${absent} is not installed.`,
      hint: `npm install --save-dev ${absent}`,
    });
  });

  test('is not blamed for what breaks inside another', async () => {
    const load = (): Promise<never> => Promise.reject(new TypeError('broken'));
    await expect(loadPackage('@aws-sdk/client-rds', load)).rejects.toThrow('broken');
  });
});
