import type { BlueGreenFacts, EventFacts, MaintenanceFacts, ResourceFacts, SnapshotFacts } from '../../facts/aws.ts';
import type { Reading } from '../../reading.ts';
import { isKnown } from '../../reading.ts';
import type { Aws } from '../aws.ts';
import { ask } from './ask.ts';
import { collectPages } from './collect-pages.ts';
import type { Inventory } from './inventory.ts';
import { isoTime, told } from './optional.ts';

/** Of the database and, where it is a cluster, its members: actions are pending on either. */
export const readMaintenance = (
  aws: Aws,
  resource: ResourceFacts,
  signal: AbortSignal,
): Promise<Reading<readonly MaintenanceFacts[]>> =>
  ask(aws, 'rds:DescribePendingMaintenanceActions', signal, async (options) => {
    const lists = sourcesOf(resource).map(({ kind, identifiers }) =>
      collectPages(async (page) => {
        const input = { Filters: [{ Name: `db-${kind}-id`, Values: [...identifiers] }], ...page };
        const answer = await aws.rds.describePendingMaintenanceActions(input, options);
        return { items: answer.PendingMaintenanceActions, marker: answer.Marker };
      }),
    );
    return (await Promise.all(lists)).flat().flatMap(({ ResourceIdentifier, PendingMaintenanceActionDetails }) =>
      (PendingMaintenanceActionDetails ?? []).map((details) => ({
        resource: ResourceIdentifier ?? resource.arn,
        action: details.Action ?? 'unnamed action',
        ...told({ appliesAt: isoTime(details.CurrentApplyDate), forcedAt: isoTime(details.ForcedApplyDate) }),
      })),
    );
  });

const DAY_MINUTES = 24 * 60;

/** Asked for by source: without one RDS tells of every database of the account. */
export const readEvents = (
  aws: Aws,
  resource: ResourceFacts,
  signal: AbortSignal,
): Promise<Reading<readonly EventFacts[]>> =>
  ask(aws, 'rds:DescribeEvents', signal, async (options) => {
    const sources = sourcesOf(resource).flatMap(({ kind, identifiers }) => identifiers.map((id) => ({ kind, id })));
    const lists = sources.map(({ kind, id }) =>
      collectPages(async (page) => {
        const source = { SourceType: `db-${kind}` as const, SourceIdentifier: id };
        const answer = await aws.rds.describeEvents({ ...source, Duration: DAY_MINUTES, ...page }, options);
        return { items: answer.Events, marker: answer.Marker };
      }),
    );
    return (await Promise.all(lists)).flat().map(({ SourceIdentifier, Date: date, EventCategories, Message }) => ({
      source: SourceIdentifier ?? resource.identifier,
      at: isoTime(date) ?? '',
      id: '',
      categories: EventCategories ?? [],
      message: Message ?? '',
    }));
  });

const sourcesOf = ({ kind, identifier, members }: ResourceFacts) =>
  kind === 'instance'
    ? [{ kind: 'instance' as const, identifiers: [identifier] }]
    : [
        { kind: 'cluster' as const, identifiers: [identifier] },
        ...(members.length === 0
          ? []
          : [{ kind: 'instance' as const, identifiers: members.map((member) => member.identifier) }]),
      ];

export const readBlueGreen = (
  aws: Aws,
  { arn }: ResourceFacts,
  inventory: Inventory,
  signal: AbortSignal,
): Promise<Reading<readonly BlueGreenFacts[]>> =>
  ask(aws, 'rds:DescribeBlueGreenDeployments', signal, async (options) => {
    const found = await collectPages(async (page) => {
      const input = { Filters: [{ Name: 'source', Values: [arn] }], ...page };
      const answer = await aws.rds.describeBlueGreenDeployments(input, options);
      return { items: answer.BlueGreenDeployments, marker: answer.Marker };
    });
    return found.map((deployment) => ({
      name: deployment.BlueGreenDeploymentName ?? deployment.BlueGreenDeploymentIdentifier ?? '',
      status: deployment.Status ?? 'unknown',
      source: deployment.Source ?? arn,
      ...told({ target: deployment.Target, targetEngineVersion: versionOf(deployment.Target, inventory) }),
    }));
  });

function versionOf(arn: string | undefined, { instances, clusters }: Inventory): string | undefined {
  if (arn === undefined) return undefined;
  const instance = isKnown(instances) ? instances.value.find(({ DBInstanceArn }) => DBInstanceArn === arn) : undefined;
  const cluster = isKnown(clusters) ? clusters.value.find(({ DBClusterArn }) => DBClusterArn === arn) : undefined;
  return instance?.EngineVersion ?? cluster?.EngineVersion;
}

/** Exports that are going on, of the database or of one of its snapshots. */
export const readExports = (
  aws: Aws,
  { arn }: ResourceFacts,
  snapshots: readonly SnapshotFacts[],
  signal: AbortSignal,
): Promise<Reading<readonly { readonly id: string; readonly status: string }[]>> =>
  ask(aws, 'rds:DescribeExportTasks', signal, async (options) => {
    const running = await collectPages(async (page) => {
      const input = { Filters: [{ Name: 'status', Values: [...RUNNING] }], ...page };
      const answer = await aws.rds.describeExportTasks(input, options);
      return { items: answer.ExportTasks, marker: answer.Marker };
    });
    const ours = new Set([arn, ...snapshots.map((snapshot) => snapshot.arn)]);
    return running
      .filter(({ SourceArn }) => ours.has(SourceArn ?? ''))
      .map(({ ExportTaskIdentifier: id = '', Status: status = 'unknown' }) => ({ id, status }));
  });

const RUNNING = ['STARTING', 'IN_PROGRESS', 'CANCELING'];
