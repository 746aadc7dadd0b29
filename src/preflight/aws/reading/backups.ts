import type { DBClusterAutomatedBackup, DBInstanceAutomatedBackup, RDS } from '@aws-sdk/client-rds';

import { toError } from '../../../support/errors.ts';
import type { AutomatedBackupFacts, ResourceFacts } from '../../facts/aws.ts';
import type { Reading } from '../../reading.ts';
import type { Aws } from '../aws.ts';
import { ask } from './ask.ts';
import { collectPages } from './collect-pages.ts';
import { isoTime, told } from './optional.ts';

type Backups = Reading<readonly AutomatedBackupFacts[]>;
type Options = Parameters<Parameters<typeof ask>[3]>[0];

export const readAutomatedBackups = (aws: Aws, resource: ResourceFacts, signal: AbortSignal): Promise<Backups> =>
  resource.kind === 'instance'
    ? ask(aws, 'rds:DescribeDBInstanceAutomatedBackups', signal, async (options) => {
        const found = await instanceBackups(aws.rds, { DbiResourceId: resource.resourceId }, options);
        return found.map((backup) => instanceBackup(backup, aws.region));
      })
    : ask(aws, 'rds:DescribeDBClusterAutomatedBackups', signal, async (options) => {
        const found = await orNone(
          collectPages(async (page) => {
            const input = { DbClusterResourceId: resource.resourceId, ...page };
            const answer = await aws.rds.describeDBClusterAutomatedBackups(input, options);
            return { items: answer.DBClusterAutomatedBackups, marker: answer.Marker };
          }),
        );
        return found.map((backup) => clusterBackup(backup, aws.region));
      });

/** Copies are listed where they are, by the ARN that the database gives for them. Clusters have none. */
export const readReplicatedBackups = (
  aws: Aws,
  { replicatedBackupArns = [] }: ResourceFacts,
  region: string,
  signal: AbortSignal,
): Promise<Backups> =>
  ask(aws, 'rds:DescribeDBInstanceAutomatedBackups', signal, async (options) => {
    const arns = replicatedBackupArns.filter((arn) => arn.split(':')[3] === region);
    if (arns.length === 0) return [];
    const rds = await aws.rdsIn(region);
    const lists = arns.map((arn) => instanceBackups(rds, { DBInstanceAutomatedBackupsArn: arn }, options));
    return (await Promise.all(lists)).flat().map((backup) => instanceBackup(backup, region));
  });

const instanceBackups = (rds: RDS, which: object, options: Options): Promise<readonly DBInstanceAutomatedBackup[]> =>
  orNone(
    collectPages(async (page) => {
      const answer = await rds.describeDBInstanceAutomatedBackups({ ...which, ...page }, options);
      return { items: answer.DBInstanceAutomatedBackups, marker: answer.Marker };
    }),
  );

/** RDS says that there are none of a database with an error, not with an empty list. */
const orNone = <Item>(list: Promise<readonly Item[]>): Promise<readonly Item[]> =>
  list.catch((error: unknown) => {
    if (!toError(error).name.includes('AutomatedBackupNotFound')) throw error;
    return [];
  });

const instanceBackup = (backup: DBInstanceAutomatedBackup, region: string): AutomatedBackupFacts => ({
  ...common(backup, region),
  ...told({ arn: backup.DBInstanceAutomatedBackupsArn, encrypted: backup.Encrypted }),
});

const clusterBackup = (backup: DBClusterAutomatedBackup, region: string): AutomatedBackupFacts => ({
  ...common(backup, region),
  ...told({ arn: backup.DBClusterAutomatedBackupsArn, encrypted: backup.StorageEncrypted }),
});

const common = (backup: DBInstanceAutomatedBackup & DBClusterAutomatedBackup, region: string) => ({
  region,
  status: backup.Status ?? 'unknown',
  ...told({
    earliestAt: isoTime(backup.RestoreWindow?.EarliestTime),
    latestAt: isoTime(backup.RestoreWindow?.LatestTime),
    retentionDays: backup.BackupRetentionPeriod,
  }),
});
