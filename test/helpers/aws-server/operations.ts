import { cloudwatch } from './cloudwatch.ts';
import { kms } from './kms.ts';
import type { Operations } from './progress.ts';
import { createSnapshots } from './rds/create-snapshots.ts';
import { describeDatabases } from './rds/describe-databases.ts';
import { describeSnapshots } from './rds/describe-snapshots.ts';
import { sns } from './sns.ts';
import { sts } from './sts.ts';
import type { Service } from './wire/request.ts';

export const OPERATIONS: Readonly<Record<Service, Operations>> = {
  rds: { ...describeDatabases, ...describeSnapshots, ...createSnapshots },
  sts,
  sns,
  kms,
  monitoring: cloudwatch,
};
