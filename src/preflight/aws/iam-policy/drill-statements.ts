import { DRILL_PREFIX } from '../writing/mark.ts';
import { arnOf, canBe, keyGrant, sourceOf, type PolicySubject, type Statement } from './arns.ts';

/**
 * Restores backups of this account under our names, and changes and deletes only what has them. The two denials hold even
 * where another policy of the same role allows more, so this one belongs to a role of its own.
 */
export const drillStatements = (subject: PolicySubject): readonly Statement[] => [
  {
    Sid: 'Restore',
    Effect: 'Allow',
    Action: restoring(subject),
    Resource: [...backups(subject), ...surroundings(subject)],
  },
  {
    Sid: 'ChangeAndDeleteOurs',
    Effect: 'Allow',
    Action: ['rds:AddTagsToResource', ...changing(subject)],
    Resource: ours(subject),
  },
  keyGrant(subject),
  {
    Sid: 'NeverPublic',
    Effect: 'Deny',
    Action: restoring(subject),
    Resource: ['*'],
    Condition: { Bool: { 'rds:PubliclyAccessible': 'true' } },
  },
  {
    Sid: 'NeverAnythingElse',
    Effect: 'Deny',
    Action: changing(subject),
    NotResource: surroundings(subject),
  },
];

const restoring = (subject: PolicySubject): readonly string[] => [
  ...(canBe(subject, 'instance', 'multi-az-cluster') ? ['rds:RestoreDBInstanceFromDBSnapshot'] : []),
  ...(canBe(subject, 'instance') ? ['rds:RestoreDBInstanceToPointInTime'] : []),
  ...(canBe(subject, 'aurora-cluster') ? ['rds:RestoreDBClusterFromSnapshot'] : []),
  // The members of a Multi-AZ cluster are made with it, and take the same permission.
  ...(isClustered(subject) ? ['rds:RestoreDBClusterToPointInTime', 'rds:CreateDBInstance'] : []),
];

const changing = (subject: PolicySubject): readonly string[] => [
  ...(canBe(subject, 'instance', 'multi-az-cluster') ? ['rds:ModifyDBInstance'] : []),
  ...(isClustered(subject) ? ['rds:ModifyDBCluster', 'rds:DeleteDBCluster'] : []),
  'rds:DeleteDBInstance',
];

const isClustered = (subject: PolicySubject): boolean => canBe(subject, 'aurora-cluster', 'multi-az-cluster');

/** What a backup may be: snapshots, also those that RDS and AWS Backup made, and the database with its log. */
const backups = (subject: PolicySubject): readonly string[] => [
  ...(canBe(subject, 'instance')
    ? ['snapshot:*', 'auto-backup:*', `db:${sourceOf(subject)}`].map((rest) => arnOf(subject, rest))
    : []),
  ...(isClustered(subject)
    ? ['cluster-snapshot:*', 'cluster-auto-backup:*', `cluster:${sourceOf(subject)}`].map((rest) =>
        arnOf(subject, rest),
      )
    : []),
];

const ours = (subject: PolicySubject): readonly string[] => [
  arnOf(subject, `db:${DRILL_PREFIX}*`),
  ...(isClustered(subject) ? [arnOf(subject, `cluster:${DRILL_PREFIX}*`)] : []),
];

/** Restoring, and changing as well, is checked against the groups that a database is in. */
const surroundings = (subject: PolicySubject): readonly string[] => [
  ...ours(subject),
  ...['og:*', 'pg:*', 'subgrp:*', ...(isClustered(subject) ? ['cluster-pg:*'] : [])].map((rest) =>
    arnOf(subject, rest),
  ),
];
