import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { KMS } from '@aws-sdk/client-kms';
import { RDS, type RDSClientConfig } from '@aws-sdk/client-rds';
import { describe, expect, it } from 'vitest';

import { clientOptions } from '../../helpers/aws-server/client-options.ts';
import { startAwsServer, type AwsServer } from '../../helpers/aws-server/index.ts';
import { aWorld } from '../../helpers/aws-server/world/a-world.ts';

describe('Faults of the test server of AWS', () => {
  it.each([
    ['throttle', { name: 'Throttling', message: 'Rate exceeded' }],
    ['error500', { name: 'InternalFailure' }],
    ['expiredToken', { name: 'ExpiredToken' }],
    [
      'accessDenied',
      {
        name: 'AccessDenied',
        message: expect.stringContaining('is not authorized to perform: rds:DescribeDBInstances'),
      },
    ],
    ['cut', { code: 'ECONNRESET' }],
  ] as const)('%s', async (kind, error) => {
    await using server = await startAwsServer();
    server.fault({ action: 'DescribeDBInstances', kind, times: 1 });
    const rds = rdsOf(server, { maxAttempts: 1 });
    await expect(rds.describeDBInstances()).rejects.toMatchObject(error);
    expect((await rds.describeDBInstances()).DBInstances).toHaveLength(1);
  });

  it('is in the words of JSON services too', async () => {
    await using server = await startAwsServer();
    server.fault({ action: '*', kind: 'accessDenied' });
    await expect(new KMS(clientOptions(server)).describeKey({ KeyId: 'x' })).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('is not authorized to perform: kms:DescribeKey'),
    });
    await expect(new CloudWatch(clientOptions(server)).describeAlarms()).rejects.toMatchObject({
      message: expect.stringContaining('is not authorized to perform: cloudwatch:DescribeAlarms'),
    });
  });

  it('throttles as often as it is told, after as many calls as it is told', async () => {
    await using server = await startAwsServer();
    server.fault({ action: 'DescribeDBInstances', kind: 'throttle', after: 1, times: 2 });
    const rds = rdsOf(server);
    await rds.describeDBInstances();
    expect(server.calls).toHaveLength(1);
    await rds.describeDBInstances();
    expect(server.calls).toHaveLength(4);
  });

  it('answers with cut XML and with HTML', async () => {
    await using server = await startAwsServer();
    const rds = rdsOf(server, { maxAttempts: 1 });
    server.fault({ action: 'DescribeDBInstances', kind: 'malformed', times: 1 });
    await expect(rds.describeDBInstances()).rejects.toThrow(/\S/);
    server.fault({ action: 'DescribeDBInstances', kind: 'html503', times: 1 });
    await expect(rds.describeDBInstances()).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
  });

  it('does the work and loses the answer: the retry of the SDK finds its own snapshot', async () => {
    await using server = await startAwsServer();
    server.fault({ action: 'CreateDBSnapshot', kind: 'lostResponse', times: 1 });
    const created = rdsOf(server).createDBSnapshot({ DBInstanceIdentifier: 'shop', DBSnapshotIdentifier: 'mine' });
    await expect(created).rejects.toMatchObject({ name: 'DBSnapshotAlreadyExistsFault' });
    expect(server.calls).toHaveLength(2);
    expect(server.world.snapshots.filter(({ DBSnapshotIdentifier: id }) => id === 'mine')).toHaveLength(1);
  });

  it.each(['hang', 'neverEnds'] as const)('%s: no answer, and the server closes all the same', async (kind) => {
    const server = await startAwsServer();
    server.fault({ action: 'DescribeDBInstances', kind });
    const rds = rdsOf(server, { maxAttempts: 1 });
    const abort = new AbortController();
    const answer = rds.describeDBInstances({}, { abortSignal: abort.signal }).then(
      () => 'answered',
      () => 'failed',
    );
    const timer = new Promise((resolve) => setTimeout(resolve, 200, 'waiting'));
    expect(await Promise.race([answer, timer])).toBe('waiting');
    await server[Symbol.asyncDispose]();
    expect(await answer).toBe('failed');
  });

  it('has a clock of its own, which the SDK finds out', async () => {
    await using server = await startAwsServer({ world: aWorld({ clockSkewMs: -20 * 60_000 }) });
    const rds = rdsOf(server);
    expect((await rds.describeDBInstances()).DBInstances).toHaveLength(1);
    expect(server.calls).toHaveLength(2);
    expect(rds.config.systemClockOffset).toBeLessThan(-19 * 60_000);
  });

  it('counts what is under way at once', async () => {
    await using server = await startAwsServer({ world: aWorld({ latencyMs: 50 }) });
    const rds = rdsOf(server);
    await Promise.all([rds.describeDBInstances(), rds.describeDBSnapshots(), rds.describeEvents()]);
    expect(server.mostInFlight).toBe(3);
  });

  it('refuses what is not signed, and does not know what AWS does not know', async () => {
    await using server = await startAwsServer();
    expect((await fetch(server.url, { method: 'POST', body: 'Action=DescribeDBInstances' })).status).toBe(403);
    await expect(rdsOf(server).describeDBRecommendations({})).rejects.toMatchObject({ name: 'InvalidAction' });
  });
});

const rdsOf = (server: AwsServer, options: RDSClientConfig = {}): RDS =>
  new RDS({ ...clientOptions(server), ...options });
