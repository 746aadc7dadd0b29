import type { Aws } from '../aws/aws.ts';
import { ask } from '../aws/reading/ask.ts';
import { collectPages } from '../aws/reading/collect-pages.ts';
import { explainFailure } from '../aws/reading/explain-failure.ts';
import type { Reading } from '../reading.ts';
import type { AlarmFacts } from './facts.ts';

/** Metric and composite alarms. Rejects only when `signal` is aborted. */
export async function readAlarms(
  openAws: () => Promise<Aws>,
  prefix: string,
  signal: AbortSignal,
): Promise<Reading<readonly AlarmFacts[]>> {
  try {
    const aws = await openAws();
    return await ask(aws, ACTION, signal, (options) => everyAlarm(aws, prefix, options));
  } catch (error) {
    signal.throwIfAborted();
    return explainFailure(error, ACTION);
  }
}

const ACTION = 'cloudwatch:DescribeAlarms';

async function everyAlarm(
  aws: Aws,
  prefix: string,
  options: { readonly abortSignal: AbortSignal },
): Promise<readonly AlarmFacts[]> {
  const cloudwatch = await aws.cloudwatch();
  return await collectPages<AlarmFacts>(async ({ Marker: token }) => {
    const page = await cloudwatch.describeAlarms(
      {
        AlarmNamePrefix: prefix,
        // Without it composite alarms are left out.
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        MaxRecords: 100,
        ...(token !== undefined && { NextToken: token }),
      },
      options,
    );
    const { MetricAlarms: metric, CompositeAlarms: composite, NextToken: marker } = page;
    if (!metric && !composite) return { items: undefined, marker };
    const items = [
      ...(metric ?? []).map((alarm) => toFacts('metric', alarm)),
      ...(composite ?? []).map((alarm) => toFacts('composite', alarm)),
    ];
    return { items, marker };
  });
}

interface DescribedAlarm {
  readonly AlarmName?: string | undefined;
  readonly StateValue?: string | undefined;
  readonly StateTransitionedTimestamp?: Date | undefined;
  readonly StateUpdatedTimestamp?: Date | undefined;
}

function toFacts(kind: AlarmFacts['kind'], alarm: DescribedAlarm): AlarmFacts {
  const since = alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp;
  return {
    name: alarm.AlarmName ?? '(no name)',
    kind,
    state: alarm.StateValue ?? '(no state)',
    ...(since && { since: since.toISOString() }),
  };
}
