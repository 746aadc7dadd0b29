import type { RDS } from '@aws-sdk/client-rds';

import type { ResourceFacts, SnapshotFacts } from '../../facts/aws.ts';
import { toTagList, type Mark } from '../writing/mark.ts';
import type { TemporaryKind } from './temporary.ts';

/** What a drill restores: a snapshot of the resource, or its newest restorable moment. */
export type DrillSource = { readonly snapshot: SnapshotFacts } | { readonly pointInTime: 'latest' };

/**
 * What a rehearsal restores as well: a moment (ISO-8601), or Aurora's copy-on-write clone of now. A clone would be no proof of
 * backups, but it is the data.
 */
export type RestoreSource = DrillSource | { readonly pointInTime: string } | { readonly clone: true };

/** One thing to be made, in order. */
export interface PlannedThing {
  readonly kind: TemporaryKind;
  readonly id: string;
  readonly ofCluster?: string;
  create(rds: RDS, signal: AbortSignal): Promise<unknown>;
}

export interface PlanOptions {
  readonly mark: Mark;
  readonly iamAuthentication: boolean;
}

/**
 * Every parameter that has an unsafe default is given: without them a restored database gets the default security group and
 * parameters, perhaps a public address, and the tags of its source, by which automation takes it for production.
 */
export function planRestore(
  resource: ResourceFacts,
  what: RestoreSource,
  options: PlanOptions,
): readonly PlannedThing[] {
  const { id } = options.mark;
  const place = placeOf(resource, options);
  if (resource.kind === 'instance')
    return [{ kind: 'instance', id, create: restoreInstance(resource, what, place, options) }];
  // One instance holds the same data as the three of a Multi-AZ cluster.
  if (resource.kind === 'multi-az-cluster' && 'snapshot' in what)
    return [{ kind: 'instance', id, create: instanceFromClusterSnapshot(resource, what.snapshot, place, options) }];
  const create =
    'snapshot' in what
      ? clusterFromSnapshot(resource, what.snapshot, place, options)
      : clusterInTime(resource, what, place, options);
  const cluster: PlannedThing = { kind: 'cluster', id, create };
  if (resource.kind === 'multi-az-cluster') return [cluster];
  const instance = auroraInstance(resource, place, options);
  return [cluster, { kind: 'instance', id: `${id}-1`, ofCluster: id, create: instance }];
}

/** Names of what is not known and has no safe default. */
export function missingForRestore(resource: ResourceFacts): readonly string[] {
  const { subnetGroup, securityGroups, parameterGroup, port } = resource;
  const needed: Readonly<Record<string, unknown>> = {
    'subnet group': subnetGroup,
    'security groups': securityGroups[0],
    'parameter group': parameterGroup,
    port,
    'instance class': instanceClassOf(resource),
  };
  return Object.keys(needed).filter((name) => needed[name] === undefined);
}

export const instanceClassOf = ({ instanceClass, members }: ResourceFacts): string | undefined =>
  instanceClass ?? members.find(({ isWriter }) => isWriter)?.instanceClass;

type Create = PlannedThing['create'];
type Place = ReturnType<typeof placeOf>;

/** What all restores take. */
const placeOf = (resource: ResourceFacts, { mark, iamAuthentication }: PlanOptions) => ({
  DBSubnetGroupName: resource.subnetGroup,
  VpcSecurityGroupIds: [...resource.securityGroups],
  Port: resource.port,
  EnableIAMDatabaseAuthentication: iamAuthentication,
  CopyTagsToSnapshot: false,
  DeletionProtection: false,
  Tags: toTagList(mark.tags),
});

/** What all instances that stand alone take. */
const alone = (instanceClass: string | undefined) => ({
  DBInstanceClass: instanceClass,
  MultiAZ: false,
  PubliclyAccessible: false,
  AutoMinorVersionUpgrade: false,
  BackupRetentionPeriod: 0,
});

const restoreInstance =
  (resource: ResourceFacts, what: RestoreSource, place: Place, { mark }: PlanOptions): Create =>
  (rds, abortSignal) => {
    const common = {
      ...place,
      ...alone(instanceClassOf(resource)),
      DBParameterGroupName: resource.parameterGroup,
    };
    return 'snapshot' in what
      ? rds.restoreDBInstanceFromDBSnapshot(
          { ...common, DBInstanceIdentifier: mark.id, DBSnapshotIdentifier: what.snapshot.id },
          { abortSignal },
        )
      : rds.restoreDBInstanceToPointInTime(
          {
            ...common,
            TargetDBInstanceIdentifier: mark.id,
            SourceDbiResourceId: resource.resourceId,
            ...(isMoment(what) ? { RestoreTime: new Date(what.pointInTime) } : { UseLatestRestorableTime: true }),
          },
          { abortSignal },
        );
  };

/** The parameter group of a cluster does not fit an instance, which takes the default of its engine. */
const instanceFromClusterSnapshot =
  (resource: ResourceFacts, snapshot: SnapshotFacts, place: Place, { mark }: PlanOptions): Create =>
  (rds, abortSignal) =>
    rds.restoreDBInstanceFromDBSnapshot(
      {
        ...place,
        ...alone(instanceClassOf(resource)),
        DBInstanceIdentifier: mark.id,
        DBClusterSnapshotIdentifier: snapshot.id,
      },
      { abortSignal },
    );

const clusterFromSnapshot =
  (resource: ResourceFacts, snapshot: SnapshotFacts, place: Place, { mark }: PlanOptions): Create =>
  (rds, abortSignal) =>
    rds.restoreDBClusterFromSnapshot(
      {
        ...place,
        ...ofCluster(resource),
        DBClusterIdentifier: mark.id,
        SnapshotIdentifier: snapshot.id,
        Engine: resource.engine,
        PubliclyAccessible: false,
      },
      { abortSignal },
    );

/** A full copy unless a clone is asked for. */
const clusterInTime =
  (resource: ResourceFacts, what: RestoreSource, place: Place, { mark }: PlanOptions): Create =>
  (rds, abortSignal) =>
    rds.restoreDBClusterToPointInTime(
      {
        ...place,
        ...ofCluster(resource),
        DBClusterIdentifier: mark.id,
        SourceDbClusterResourceId: resource.resourceId,
        RestoreType: 'clone' in what ? 'copy-on-write' : 'full-copy',
        ...(isMoment(what) ? { RestoreToTime: new Date(what.pointInTime) } : { UseLatestRestorableTime: true }),
        // RDS makes the three instances of a Multi-AZ cluster itself; on Aurora both are said of its instance.
        ...(resource.kind === 'multi-az-cluster' && {
          DBClusterInstanceClass: instanceClassOf(resource),
          PubliclyAccessible: false,
        }),
      },
      { abortSignal },
    );

const isMoment = (what: RestoreSource): what is { readonly pointInTime: string } =>
  'pointInTime' in what && what.pointInTime !== 'latest';

/** A cluster keeps backups for a day at least; they go with it. */
const ofCluster = (resource: ResourceFacts) => ({
  DBClusterParameterGroupName: resource.parameterGroup,
  BackupRetentionPeriod: 1,
  ...(instanceClassOf(resource) === SERVERLESS && { ServerlessV2ScalingConfiguration: SERVERLESS_CAPACITY }),
});

/** Port, security groups and backups are the cluster's. */
const auroraInstance =
  (resource: ResourceFacts, place: Place, { mark }: PlanOptions): Create =>
  (rds, abortSignal) =>
    rds.createDBInstance(
      {
        DBInstanceIdentifier: `${mark.id}-1`,
        DBClusterIdentifier: mark.id,
        DBInstanceClass: instanceClassOf(resource),
        Engine: resource.engine,
        DBSubnetGroupName: place.DBSubnetGroupName,
        PubliclyAccessible: false,
        AutoMinorVersionUpgrade: false,
        CopyTagsToSnapshot: false,
        Tags: place.Tags,
      },
      { abortSignal },
    );

const SERVERLESS = 'db.serverless';
/** In capacity units of about 2 GiB each. */
const SERVERLESS_CAPACITY = { MinCapacity: 0.5, MaxCapacity: 8 } as const;
