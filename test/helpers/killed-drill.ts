/** A drill in a process of its own, for tests that kill it: `killed-drill.ts STATE_FOLDER`; AWS by the environment. */
import { openAws } from '../../src/preflight/aws/clients.ts';
import { restoreDrill } from '../../src/preflight/aws/drill/restore-drill.ts';
import type { ResourceFacts } from '../../src/preflight/facts/aws.ts';

const aws = await openAws({}, process.env);
const resource: ResourceFacts = {
  kind: 'aurora-cluster',
  identifier: 'orders',
  resourceId: 'cluster-ORDERS',
  arn: 'arn:aws:rds:eu-west-1:111122223333:cluster:orders',
  engine: 'aurora-postgresql',
  engineVersion: '16.8',
  status: 'available',
  members: [],
  pendingModifications: [],
  replicatedBackupArns: [],
  instanceClass: 'db.r6g.large',
  subnetGroup: 'shop-private',
  securityGroups: ['sg-0a1b2c3d4e5f60718'],
  parameterGroup: 'orders-aurora16',
  port: 5432,
};
const { DBClusters } = await aws.rds.describeDBClusters({ DBClusterIdentifier: 'orders' });
const [source] = DBClusters ?? [];
await restoreDrill(
  aws,
  {
    ...resource,
    resourceId: source?.DbClusterResourceId ?? '',
    arn: source?.DBClusterArn ?? '',
  },
  { pointInTime: 'latest' },
  {
    runId: 'killed',
    stateFolder: process.argv[2] ?? '',
    limitMs: 600_000,
    pace: { firstMs: 20, lastMs: 20, unseenMs: 1_000 },
    connect: () => Promise.reject(new Error('Nobody connects here.')),
    verify: () => Promise.resolve([]),
  },
  new AbortController().signal,
);
