import type { MetricDataResult } from '@aws-sdk/client-cloudwatch';

import type { MetricPoint, ResourceFacts } from '../../facts/aws.ts';
import type { Reading } from '../../reading.ts';
import type { Aws } from '../aws.ts';
import { ask } from './ask.ts';
import { UnreadableAnswer } from './explain-failure.ts';

/** By name, with the statistic that shows the worst of a minute. */
const METRICS: Readonly<Record<string, 'Minimum' | 'Maximum' | 'Average'>> = {
  FreeStorageSpace: 'Minimum',
  FreeLocalStorage: 'Minimum',
  BurstBalance: 'Minimum',
  CPUUtilization: 'Average',
  ReplicaLag: 'Maximum',
  OldestReplicationSlotLag: 'Maximum',
  TransactionLogsDiskUsage: 'Maximum',
  MaximumUsedTransactionIDs: 'Maximum',
};

const LOOK_BACK_MS = 20 * 60_000;

/** The newest point of each metric of the instance that writes; RDS sends one a minute, some of them every five. */
export const readMetrics = (
  aws: Aws,
  resource: ResourceFacts,
  signal: AbortSignal,
): Promise<Reading<Readonly<Record<string, MetricPoint>>>> =>
  ask(aws, 'cloudwatch:GetMetricData', signal, async (options) => {
    const instance = writerOf(resource);
    if (instance === undefined) throw new UnreadableAnswer(`${resource.identifier} has no writer to ask about`);
    const cloudwatch = await aws.cloudwatch();
    const now = aws.now();
    const points = new Map<string, MetricPoint>();
    let NextToken: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const answer = await cloudwatch.getMetricData(
        {
          MetricDataQueries: Object.entries(METRICS).map(([name, statistic]) => query(name, statistic, instance)),
          StartTime: new Date(+now - LOOK_BACK_MS),
          EndTime: now,
          ScanBy: 'TimestampDescending',
          ...(NextToken !== undefined && { NextToken }),
        },
        options,
      );
      if (answer.MetricDataResults === undefined) throw new UnreadableAnswer('it holds no results');
      for (const result of answer.MetricDataResults) addNewest(points, result);
      NextToken = answer.NextToken;
      if (NextToken === undefined || NextToken === '') return Object.fromEntries(points);
    }
    throw new UnreadableAnswer(`it has more than ${MAX_PAGES} pages`);
  });

/** Eight metrics of twenty minutes fit into one page. */
const MAX_PAGES = 10;

const writerOf = ({ kind, identifier, members }: ResourceFacts): string | undefined =>
  kind === 'instance' ? identifier : members.find(({ isWriter }) => isWriter)?.identifier;

const query = (name: string, Stat: string, instance: string) => ({
  Id: idOf(name),
  Label: name,
  MetricStat: {
    Metric: {
      Namespace: 'AWS/RDS',
      MetricName: name,
      Dimensions: [{ Name: 'DBInstanceIdentifier', Value: instance }],
    },
    Period: 60,
    Stat,
  },
});

/** CloudWatch wants a small letter first. */
const idOf = (name: string): string => `m_${name.toLowerCase()}`;

function addNewest(points: Map<string, MetricPoint>, { Id, StatusCode, Timestamps, Values }: MetricDataResult): void {
  const name = Object.keys(METRICS).find((metric) => idOf(metric) === Id);
  if (name === undefined) return;
  if (StatusCode === 'Forbidden' || StatusCode === 'InternalError') {
    throw new UnreadableAnswer(`CloudWatch says ${StatusCode} of ${name}`);
  }
  (Timestamps ?? []).forEach((time, index) => {
    const value = Values?.[index];
    const at = time.toISOString();
    const before = points.get(name);
    if (value !== undefined && (before === undefined || before.at < at)) points.set(name, { value, at });
  });
}
