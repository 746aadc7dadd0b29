import type {
  DBClusterAutomatedBackup,
  DBInstanceAutomatedBackup,
  DescribeDBClusterAutomatedBackupsMessage,
  DescribeDBInstanceAutomatedBackupsMessage,
  DescribeExportTasksMessage,
  ExportTask,
} from '@aws-sdk/client-rds';

import type { Operations } from '../progress.ts';
import { notFound } from '../wire/aws-error.ts';
import { filtered, pageOf, same, type FilterFields } from './pages.ts';

export const describeBackups = {
  DescribeDBInstanceAutomatedBackups({ resources, settings }, input: DescribeDBInstanceAutomatedBackupsMessage) {
    const { DbiResourceId: resourceId, DBInstanceIdentifier: id, DBInstanceAutomatedBackupsArn: arn } = input;
    const wanted = resources.automatedBackups.filter(
      (it) =>
        (resourceId === undefined || it.DbiResourceId === resourceId) &&
        (id === undefined || same(it.DBInstanceIdentifier, id)) &&
        (arn === undefined || same(it.DBInstanceAutomatedBackupsArn, arn)),
    );
    const named = resourceId ?? id ?? arn;
    if (named !== undefined && wanted.length === 0) {
      throw notFound('DBInstanceAutomatedBackupNotFound', `DBInstanceAutomatedBackup ${named}`);
    }
    const chosen = filtered(wanted, input.Filters, BACKUP_FILTERS);
    return pageOf('DBInstanceAutomatedBackups', chosen, input, settings.pageSize);
  },

  DescribeDBClusterAutomatedBackups({ resources, settings }, input: DescribeDBClusterAutomatedBackupsMessage) {
    const { DbClusterResourceId: resourceId, DBClusterIdentifier: id } = input;
    const wanted = resources.clusterAutomatedBackups.filter(
      (it) =>
        (resourceId === undefined || it.DbClusterResourceId === resourceId) &&
        (id === undefined || same(it.DBClusterIdentifier, id)),
    );
    const named = resourceId ?? id;
    if (named !== undefined && wanted.length === 0) {
      throw notFound('DBClusterAutomatedBackupNotFoundFault', `DBClusterAutomatedBackup ${named}`);
    }
    const chosen = filtered(wanted, input.Filters, CLUSTER_BACKUP_FILTERS);
    return pageOf('DBClusterAutomatedBackups', chosen, input, settings.pageSize);
  },

  DescribeExportTasks({ resources, settings }, input: DescribeExportTasksMessage) {
    const wanted = resources.exports.filter(
      (it) =>
        (input.SourceArn === undefined || it.SourceArn === input.SourceArn) &&
        (input.ExportTaskIdentifier === undefined || it.ExportTaskIdentifier === input.ExportTaskIdentifier) &&
        (input.SourceType === undefined || it.SourceType === input.SourceType),
    );
    return pageOf('ExportTasks', filtered(wanted, input.Filters, EXPORT_FILTERS), input, settings.pageSize);
  },
} satisfies Operations;

const BACKUP_FILTERS: FilterFields<DBInstanceAutomatedBackup> = {
  status: (it) => [it.Status],
  'db-instance-id': (it) => [it.DBInstanceIdentifier, it.DBInstanceArn],
  'dbi-resource-id': (it) => [it.DbiResourceId],
};

const CLUSTER_BACKUP_FILTERS: FilterFields<DBClusterAutomatedBackup> = {
  status: (it) => [it.Status],
  'db-cluster-id': (it) => [it.DBClusterIdentifier, it.DBClusterArn],
  'db-cluster-resource-id': (it) => [it.DbClusterResourceId],
};

const EXPORT_FILTERS: FilterFields<ExportTask> = {
  'export-task-identifier': (it) => [it.ExportTaskIdentifier],
  's3-bucket': (it) => [it.S3Bucket],
  'source-arn': (it) => [it.SourceArn],
  status: (it) => [it.Status],
};
