import { paginateDescribeDBInstances, RDS } from '@aws-sdk/client-rds';
import { STS } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';

import { startAwsServer, type AwsServer } from '../../helpers/aws-server/index.ts';
import { anInstance } from '../../helpers/aws-server/world/instances.ts';

describe('The test server of AWS, asked by the real SDK', () => {
  it('gives what its world has', async () => {
    await using server = await startAwsServer();
    const rds = rdsOf(server);
    const { DBInstances } = await rds.describeDBInstances();
    expect(DBInstances).toEqual(server.world.instances);
    const { DBSnapshots } = await rds.describeDBSnapshots({ DBInstanceIdentifier: 'SHOP' });
    expect(DBSnapshots).toEqual(server.world.snapshots);
  });

  it('pages', async () => {
    await using server = await startAwsServer();
    server.world.instances = Array.from({ length: 45 }, (_, index) =>
      anInstance({ DBInstanceIdentifier: `db-${index}` }),
    );
    server.world.pageSize = 20;
    const pages = [];
    for await (const page of paginateDescribeDBInstances({ client: rdsOf(server) }, {}))
      pages.push(page.DBInstances?.length);
    expect(pages).toEqual([20, 20, 5]);
  });

  it('creates a snapshot', async () => {
    await using server = await startAwsServer();
    const rds = rdsOf(server);
    const made = await rds.createDBSnapshot({
      DBInstanceIdentifier: 'shop',
      DBSnapshotIdentifier: 'pgr-1',
      Tags: [{ Key: 'a', Value: 'true' }],
    });
    expect(made.DBSnapshot).toMatchObject({
      Status: 'creating',
      PercentProgress: 0,
      TagList: [{ Key: 'a', Value: 'true' }],
    });
    const statuses = [];
    for (let poll = 0; poll < 3; poll++)
      statuses.push((await rds.describeDBSnapshots({ DBSnapshotIdentifier: 'pgr-1' })).DBSnapshots?.[0]?.Status);
    expect(statuses).toEqual(['creating', 'creating', 'available']);
  });

  it('knows the caller', async () => {
    await using server = await startAwsServer();
    const sts = new STS(configOf(server));
    expect(await sts.getCallerIdentity({})).toMatchObject({ Account: '123456789012' });
  });

  it('fails as AWS does', async () => {
    await using server = await startAwsServer();
    server.fault({ action: 'DescribeDBInstances', kind: 'throttle', times: 2 });
    server.fault({ action: 'DescribeEvents', kind: 'accessDenied' });
    expect((await rdsOf(server).describeDBInstances()).DBInstances).toHaveLength(1);
    expect(server.calls).toHaveLength(3);
    await expect(rdsOf(server).describeEvents()).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('is not authorized to perform: rds:DescribeEvents'),
    });
  });
});

const configOf = (server: AwsServer) => ({
  endpoint: server.url,
  region: server.world.region,
  credentials: {
    accessKeyId: server.env['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: server.env['AWS_SECRET_ACCESS_KEY'] ?? '',
  },
});

const rdsOf = (server: AwsServer): RDS => new RDS(configOf(server));
