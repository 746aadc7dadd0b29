import type { PreflightCheck } from '../check.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { awsBackupSafetyChecks } from './aws-backup-safety.ts';
import { awsBackupChecks } from './aws-backups.ts';
import { awsCapacityChecks } from './aws-capacity.ts';
import { awsEnvironmentChecks } from './aws-environment.ts';
import { awsMaintenanceChecks } from './aws-maintenance.ts';
import { awsProtectionChecks } from './aws-protection.ts';
import { awsSnapshotChecks } from './aws-snapshots.ts';
import { awsStatusChecks } from './aws-status.ts';
import { backupEvidenceChecks } from './backup-evidence.ts';
import { certificateBackupChecks } from './certificate-backup.ts';
import { certificateMigrationChecks } from './certificate-migrations.ts';
import { certificateRollbackChecks } from './certificate-rollback.ts';
import { certificateSchemaChecks } from './certificate-schema.ts';
import { certificateTrustChecks } from './certificate-trust.ts';
import { certificateVerdictChecks } from './certificate-verdict.ts';
import { databaseIdentityChecks } from './database-identity.ts';
import { databaseLimitChecks } from './database-limits.ts';
import { databaseLockChecks } from './database-locks.ts';
import { databaseObjectChecks } from './database-objects.ts';
import { databaseReplicationChecks } from './database-replication.ts';
import { databaseTargetChecks } from './database-targets.ts';
import { databaseTransactionChecks } from './database-transactions.ts';
import { databaseUpkeepChecks } from './database-upkeep.ts';

/** Every check of `pgrehearse preflight`, in the order in which reports list them. */
export const PREFLIGHT_CHECKS: readonly PreflightCheck<PreflightFacts>[] = [
  ...awsEnvironmentChecks,
  ...awsStatusChecks,
  ...databaseIdentityChecks,
  ...backupEvidenceChecks,
  ...awsSnapshotChecks,
  ...awsBackupChecks,
  ...awsBackupSafetyChecks,
  ...awsProtectionChecks,
  ...certificateTrustChecks,
  ...certificateVerdictChecks,
  ...certificateBackupChecks,
  ...certificateMigrationChecks,
  ...certificateSchemaChecks,
  ...certificateRollbackChecks,
  ...awsMaintenanceChecks,
  ...awsCapacityChecks,
  ...databaseTransactionChecks,
  ...databaseLockChecks,
  ...databaseTargetChecks,
  ...databaseLimitChecks,
  ...databaseObjectChecks,
  ...databaseReplicationChecks,
  ...databaseUpkeepChecks,
];
