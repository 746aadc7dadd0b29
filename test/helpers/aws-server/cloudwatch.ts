import type { DescribeAlarmsInput, GetMetricDataInput, MetricAlarm, MetricDataQuery } from '@aws-sdk/client-cloudwatch';

import type { Operations } from './progress.ts';
import { refused } from './wire/aws-error.ts';
import type { Metric } from './world/world.ts';

export const cloudwatch = {
  GetMetricData({ resources }, input: OverJson<GetMetricDataInput>) {
    const { MetricDataQueries: queries = [], StartTime: start = 0, EndTime: end = 0, ScanBy: order } = input;
    if (start >= end) {
      throw refused('ValidationError', 'The parameter StartTime must be less than the parameter EndTime.');
    }
    if (queries.length > 500) throw refused('ValidationError', 'Too many metric data queries.');
    const results = queries.map((query) => {
      const points = pointsOf(query, resources.metrics, start * 1000, end * 1000);
      const sorted = points.toSorted(([a], [b]) => (order === 'TimestampAscending' ? a - b : b - a));
      return {
        Id: query.Id,
        Label: query.MetricStat?.Metric?.MetricName,
        Timestamps: sorted.map(([at]) => new Date(at)),
        Values: sorted.map(([, value]) => value),
        StatusCode: 'Complete',
      };
    });
    return { MetricDataResults: results, Messages: [] };
  },

  /** Without `AlarmTypes` only metric alarms, though there be composite ones. */
  DescribeAlarms({ resources, settings }, input: DescribeAlarmsInput) {
    const { AlarmNames: names, AlarmNamePrefix: prefix, AlarmTypes: types = ['MetricAlarm'] } = input;
    if (names !== undefined && prefix !== undefined) {
      throw refused('InvalidParameterCombination', 'AlarmNamePrefix cannot be used together with AlarmNames.');
    }
    const most = input.MaxRecords ?? 50;
    if (most < 1 || most > 100) throw refused('ValidationError', 'MaxRecords must be between 1 and 100.');
    const isWanted = ({ AlarmName: name = '', StateValue: state }: Pick<MetricAlarm, 'AlarmName' | 'StateValue'>) =>
      (names === undefined || names.includes(name)) &&
      name.startsWith(prefix ?? '') &&
      (input.StateValue === undefined || input.StateValue === state);
    const metric = types.includes('MetricAlarm') ? resources.metricAlarms.filter(isWanted) : [];
    const composite = types.includes('CompositeAlarm') ? resources.compositeAlarms.filter(isWanted) : [];
    const from = Number(input.NextToken ?? 0);
    const to = from + Math.min(most, settings.pageSize);
    return {
      CompositeAlarms: composite.slice(Math.max(0, from - metric.length), Math.max(0, to - metric.length)),
      MetricAlarms: metric.slice(from, to),
      ...(to < metric.length + composite.length && { NextToken: String(to) }),
    };
  },
} satisfies Operations;

/** Times are seconds since 1970 on the wire. */
type OverJson<T> = { readonly [K in keyof T]: Date extends T[K] ? number | undefined : T[K] };

/** One value for each period that has points; `[start of the period in ms, value]`. */
function pointsOf(
  query: MetricDataQuery,
  metrics: readonly Metric[],
  startMs: number,
  endMs: number,
): [number, number][] {
  const { MetricStat: stat } = query;
  if (stat === undefined) throw refused('ValidationError', 'The test server knows MetricStat queries only.');
  const periodMs = (stat.Period ?? 60) * 1000;
  const byPeriod = new Map<number, number[]>();
  for (const { at, value } of findMetric(stat.Metric, metrics)?.points ?? []) {
    if (at.getTime() < startMs || at.getTime() >= endMs) continue;
    const from = Math.floor(at.getTime() / periodMs) * periodMs;
    byPeriod.set(from, [...(byPeriod.get(from) ?? []), value]);
  }
  return [...byPeriod].map(([from, values]) => [from, statistic(stat.Stat ?? '', values)]);
}

/** A metric is another one with other dimensions: all have to agree. */
const findMetric = (
  wanted: NonNullable<MetricDataQuery['MetricStat']>['Metric'],
  metrics: readonly Metric[],
): Metric | undefined =>
  metrics.find(
    ({ namespace, name, dimensions }) =>
      namespace === wanted?.Namespace &&
      name === wanted.MetricName &&
      Object.keys(dimensions).length === (wanted.Dimensions?.length ?? 0) &&
      (wanted.Dimensions ?? []).every(({ Name, Value }) => dimensions[Name ?? ''] === Value),
  );

function statistic(name: string, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  const known: Readonly<Record<string, number>> = {
    Average: sum / values.length,
    Sum: sum,
    Minimum: Math.min(...values),
    Maximum: Math.max(...values),
    SampleCount: values.length,
  };
  const result = known[name];
  if (result === undefined) throw refused('ValidationError', `The test server does not know the statistic ${name}.`);
  return result;
}
