import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startAwsServer, type AwsServer } from '../helpers/aws-server/index.ts';
import { aWorld, noResources } from '../helpers/aws-server/world/a-world.ts';
import { aCluster } from '../helpers/aws-server/world/clusters.ts';
import { AGREED } from './aws-emulator-agreements.ts';
import { clientsOf, outcome, type Clients, type Question } from './aws-emulator-clients.ts';
import { DEVIATIONS } from './aws-emulator-deviations.ts';
import { isMissing, startMoto, type Missing, type Moto } from './aws-emulator-moto.ts';

/**
 * Where AWS's documentation, moto and our test server agree, and where moto deviates from AWS and we do not. Nobody here
 * has asked AWS itself; two emulators written apart are less likely to share a mistake than one.
 */
describe('moto and the test server of AWS', () => {
  let moto: Moto | Missing;
  let ours: AwsServer;

  beforeAll(async () => {
    moto = await startMoto();
    ours = await startAwsServer({ world: emptyWorld() });
    const cluster = { DBClusterIdentifier: 'orders', DBClusterMembers: [], DeletionProtection: false };
    ours.world.clusters.push(aCluster(cluster));
    if (isMissing(moto)) return;
    const { DBClusterIdentifier } = cluster;
    const master = { MasterUsername: 'postgres', MasterUserPassword: 'long-enough' };
    await clientsOf(moto.url).rds.createDBCluster({ DBClusterIdentifier, Engine: 'aurora-postgresql', ...master });
  });

  afterAll(async () => {
    if (!isMissing(moto)) await moto[Symbol.asyncDispose]();
    await ours[Symbol.asyncDispose]();
  });

  beforeEach((context) => {
    if (isMissing(moto)) context.skip(moto.missing);
  });

  const ask = async (question: Question): Promise<readonly [moto: unknown, ours: unknown]> => [
    await outcome(question, clientsOf(urlOf(moto))),
    await outcome(question, clientsOf(ours.url)),
  ];

  it.each(AGREED)('agree: %s', async (_name, question, expected) => {
    const [theirs, own] = await ask(question);
    expect({ moto: theirs, ours: own }).toEqual({ moto: expected, ours: expected });
  });

  it.each(DEVIATIONS)('moto deviates from AWS: %s', async (_name, question, ofMoto, ofAws) => {
    const [theirs, own] = await ask(question);
    expect({ moto: theirs, ours: own }).toEqual({ moto: ofMoto, ours: ofAws });
  });

  it('give every field that both give with the same type', async () => {
    for (const read of [
      async ({ rds }: Clients) => (await rds.describeDBInstances({ DBInstanceIdentifier: 'one' })).DBInstances?.[0],
      async ({ rds }: Clients) => (await rds.describeDBSnapshots({ DBSnapshotIdentifier: 'snap' })).DBSnapshots?.[0],
      async ({ rds }: Clients) => (await rds.describeDBClusters({ DBClusterIdentifier: 'orders' })).DBClusters?.[0],
    ]) {
      const theirs = typesOf(await read(clientsOf(urlOf(moto))));
      const own = typesOf(await read(clientsOf(ours.url)));
      const common = Object.keys(own).filter((name) => name in theirs);
      expect(common.length).toBeGreaterThan(12);
      expect(Object.fromEntries(common.map((name) => [name, own[name]]))).toEqual(
        Object.fromEntries(common.map((name) => [name, theirs[name]])),
      );
    }
  });
});

/** Time takes no polls, since moto has none. */
const emptyWorld = () => aWorld({ ...noResources(), snapshotPolls: 0, restorePolls: 0, deletePolls: 0 });

const typesOf = (value: object = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([field, content]) => [
        field,
        content instanceof Date ? 'Date' : Array.isArray(content) ? 'list' : typeof content,
      ]),
  );

const urlOf = (moto: Moto | Missing): string => (isMissing(moto) ? '' : moto.url);
