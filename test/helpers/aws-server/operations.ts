import { cloudwatch } from './cloudwatch.ts';
import { kms } from './kms.ts';
import type { Operations } from './progress.ts';
import { createInstance } from './rds/create-instance.ts';
import { createSnapshots } from './rds/create-snapshots.ts';
import { remove } from './rds/delete.ts';
import { describeBackups } from './rds/describe-backups.ts';
import { describeDatabases } from './rds/describe-databases.ts';
import { describeOperations } from './rds/describe-operations.ts';
import { describeProxies } from './rds/describe-proxies.ts';
import { describeSnapshots } from './rds/describe-snapshots.ts';
import { modify } from './rds/modify.ts';
import { restoreCluster } from './rds/restore-cluster.ts';
import { restoreInstance } from './rds/restore-instance.ts';
import { tags } from './rds/tags.ts';
import { sns } from './sns.ts';
import { sts } from './sts.ts';
import type { Service } from './wire/request.ts';

export const OPERATIONS: Readonly<Record<Service, Operations>> = {
  rds: {
    ...describeDatabases,
    ...describeProxies,
    ...describeSnapshots,
    ...describeBackups,
    ...describeOperations,
    ...createSnapshots,
    ...createInstance,
    ...restoreInstance,
    ...restoreCluster,
    ...modify,
    ...remove,
    ...tags,
  },
  sts,
  sns,
  kms,
  monitoring: cloudwatch,
};
