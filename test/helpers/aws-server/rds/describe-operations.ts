import type {
  BlueGreenDeployment,
  DBEngineVersion,
  DescribeBlueGreenDeploymentsRequest,
  DescribeDBEngineVersionsMessage,
  DescribeEventsMessage,
  DescribePendingMaintenanceActionsMessage,
  Event,
  ResourcePendingMaintenanceActions,
} from '@aws-sdk/client-rds';

import type { Operations } from '../progress.ts';
import { notFound, refused } from '../wire/aws-error.ts';
import { filtered, pageOf, same, type FilterFields } from './pages.ts';

export const describeOperations = {
  DescribePendingMaintenanceActions({ resources, settings }, input: DescribePendingMaintenanceActionsMessage) {
    const arn = input.ResourceIdentifier;
    const wanted = resources.maintenance.filter((it) => arn === undefined || it.ResourceIdentifier === arn);
    const chosen = filtered(wanted, input.Filters, MAINTENANCE_FILTERS);
    return pageOf('PendingMaintenanceActions', chosen, input, settings.pageSize);
  },

  /** Without a time: the last 60 minutes. Kept for 14 days. */
  DescribeEvents({ resources, settings }, input: DescribeEventsMessage) {
    if (input.SourceIdentifier !== undefined && input.SourceType === undefined) {
      throw refused('InvalidParameterCombination', 'SourceType must be supplied with SourceIdentifier.');
    }
    const until = input.EndTime ?? settings.now();
    const oldest = new Date(settings.now().getTime() - FOURTEEN_DAYS_MS);
    const asked = input.StartTime ?? new Date(until.getTime() - (input.Duration ?? 60) * 60_000);
    const from = asked < oldest ? oldest : asked;
    const wanted = resources.events.filter((it) => isIn(it, from, until) && isOf(it, input));
    return pageOf('Events', wanted, input, settings.pageSize);
  },

  DescribeBlueGreenDeployments({ resources, settings }, input: DescribeBlueGreenDeploymentsRequest) {
    const id = input.BlueGreenDeploymentIdentifier;
    const wanted = resources.blueGreen.filter((it) => id === undefined || it.BlueGreenDeploymentIdentifier === id);
    if (id !== undefined && wanted.length === 0) {
      throw notFound('BlueGreenDeploymentNotFoundFault', `BlueGreenDeployment ${id}`);
    }
    return pageOf(
      'BlueGreenDeployments',
      filtered(wanted, input.Filters, BLUE_GREEN_FILTERS),
      input,
      settings.pageSize,
    );
  },

  DescribeAccountAttributes({ resources }) {
    return { AccountQuotas: resources.quotas };
  },

  DescribeDBEngineVersions({ resources, settings }, input: DescribeDBEngineVersionsMessage) {
    const { Engine: engine, EngineVersion: version, IncludeAll: all } = input;
    const wanted = resources.engineVersions.filter(
      (it) =>
        (engine === undefined || it.Engine === engine) &&
        (version === undefined || it.EngineVersion === version || it.MajorEngineVersion === version) &&
        (all === true || it.Status === 'available' || it.EngineVersion === version),
    );
    return pageOf('DBEngineVersions', filtered(wanted, input.Filters, VERSION_FILTERS), input, settings.pageSize);
  },
} satisfies Operations;

const isIn = ({ Date: at }: Event, from: Date, until: Date): boolean => at !== undefined && at >= from && at <= until;

const isOf = (event: Event, wish: DescribeEventsMessage): boolean =>
  (wish.SourceIdentifier === undefined || same(event.SourceIdentifier, wish.SourceIdentifier)) &&
  (wish.SourceType === undefined || event.SourceType === wish.SourceType) &&
  (wish.EventCategories === undefined ||
    wish.EventCategories.length === 0 ||
    wish.EventCategories.some((category) => event.EventCategories?.includes(category)));

const FOURTEEN_DAYS_MS = 14 * 24 * 60 * 60_000;

const MAINTENANCE_FILTERS: FilterFields<ResourcePendingMaintenanceActions> = {
  'db-instance-id': (it) => ofKind(it, 'db'),
  'db-cluster-id': (it) => ofKind(it, 'cluster'),
};

const ofKind = ({ ResourceIdentifier: arn = '' }: ResourcePendingMaintenanceActions, kind: string): string[] => {
  const parts = arn.split(':');
  return parts[5] === kind ? [arn, parts[6] ?? ''] : [];
};

const BLUE_GREEN_FILTERS: FilterFields<BlueGreenDeployment> = {
  'blue-green-deployment-identifier': (it) => [it.BlueGreenDeploymentIdentifier],
  'blue-green-deployment-name': (it) => [it.BlueGreenDeploymentName],
  source: (it) => [it.Source],
  target: (it) => [it.Target],
};

const VERSION_FILTERS: FilterFields<DBEngineVersion> = {
  'db-parameter-group-family': (it) => [it.DBParameterGroupFamily],
  engine: (it) => [it.Engine],
  'engine-version': (it) => [it.EngineVersion],
  status: (it) => [it.Status],
};
