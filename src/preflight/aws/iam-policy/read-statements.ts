import { arnOf, type PolicySubject, type Statement } from './arns.ts';

/** What the pre-flight and `verify` ask. Lists cannot be limited to one database; they hold no data, only metadata. */
export const readStatements = (subject: PolicySubject): readonly Statement[] => [
  {
    Sid: 'Read',
    Effect: 'Allow',
    Action: READING,
    Resource: ['*'],
    Condition: { StringEquals: { 'aws:RequestedRegion': regionsOf(subject) } },
  },
  { Sid: 'WhoAmI', Effect: 'Allow', Action: ['sts:GetCallerIdentity'], Resource: ['*'] },
  { Sid: 'KeyState', Effect: 'Allow', Action: ['kms:DescribeKey'], Resource: [arnOf(subject, 'key/*', 'kms')] },
  ...connecting(subject),
  ...telling(subject),
];

const regionsOf = ({ region = 'REGION', backupRegion }: PolicySubject): readonly string[] =>
  backupRegion === undefined ? [region] : [region, backupRegion];

function connecting(subject: PolicySubject): readonly Statement[] {
  const { databaseUser, resourceId = 'RESOURCE_ID' } = subject;
  if (databaseUser === undefined) return [];
  const user = arnOf(subject, `dbuser:${resourceId}/${databaseUser}`, 'rds-db');
  return [{ Sid: 'Connect', Effect: 'Allow', Action: ['rds-db:connect'], Resource: [user] }];
}

const telling = ({ topicArn }: PolicySubject): readonly Statement[] =>
  topicArn === undefined
    ? []
    : [{ Sid: 'TellHowItWent', Effect: 'Allow', Action: ['sns:Publish'], Resource: [topicArn] }];

const READING = [
  'cloudwatch:DescribeAlarms',
  'cloudwatch:GetMetricData',
  'rds:DescribeAccountAttributes',
  'rds:DescribeBlueGreenDeployments',
  'rds:DescribeDBClusterAutomatedBackups',
  'rds:DescribeDBClusterEndpoints',
  'rds:DescribeDBClusterSnapshotAttributes',
  'rds:DescribeDBClusterSnapshots',
  'rds:DescribeDBClusters',
  'rds:DescribeDBInstanceAutomatedBackups',
  'rds:DescribeDBInstances',
  'rds:DescribeDBProxies',
  'rds:DescribeDBProxyEndpoints',
  'rds:DescribeDBProxyTargets',
  'rds:DescribeDBSnapshotAttributes',
  'rds:DescribeDBSnapshots',
  'rds:DescribeEvents',
  'rds:DescribeExportTasks',
  'rds:DescribeGlobalClusters',
  'rds:DescribePendingMaintenanceActions',
] as const;
