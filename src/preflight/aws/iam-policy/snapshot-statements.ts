import { SNAPSHOT_PREFIX } from '../writing/mark.ts';
import { arnOf, canBe, keyGrant, sourceOf, type PolicySubject, type Statement } from './arns.ts';

/** Makes snapshots of this database under our names, with tags. Deletes nothing. */
export function snapshotStatements(subject: PolicySubject): readonly Statement[] {
  const ofInstance = canBe(subject, 'instance');
  const ofCluster = canBe(subject, 'aurora-cluster', 'multi-az-cluster');
  const source = sourceOf(subject);
  const snapshots = [
    ...(ofInstance ? [arnOf(subject, `snapshot:${SNAPSHOT_PREFIX}*`)] : []),
    ...(ofCluster ? [arnOf(subject, `cluster-snapshot:${SNAPSHOT_PREFIX}*`)] : []),
  ];
  return [
    {
      Sid: 'Snapshot',
      Effect: 'Allow',
      Action: [...(ofInstance ? ['rds:CreateDBSnapshot'] : []), ...(ofCluster ? ['rds:CreateDBClusterSnapshot'] : [])],
      Resource: [
        ...(ofInstance ? [arnOf(subject, `db:${source}`)] : []),
        ...(ofCluster ? [arnOf(subject, `cluster:${source}`)] : []),
        ...snapshots,
      ],
    },
    { Sid: 'TagSnapshot', Effect: 'Allow', Action: ['rds:AddTagsToResource'], Resource: snapshots },
    keyGrant(subject),
  ];
}
