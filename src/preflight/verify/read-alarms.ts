import type { Aws } from '../aws/aws.ts';
import { sayFault } from '../aws/writing/fault.ts';
import { known, type Reading, unknown } from '../reading.ts';
import type { AlarmFacts } from './facts.ts';

/** Rejects only when `signal` is aborted. */
export async function readAlarms(
  openAws: () => Promise<Aws>,
  prefix: string,
  signal: AbortSignal,
): Promise<Reading<readonly AlarmFacts[]>> {
  try {
    return known(await everyAlarm(await openAws(), prefix, signal));
  } catch (error) {
    signal.throwIfAborted();
    const denied = error instanceof Error && /AccessDenied|NotAuthorized/.test(error.name);
    return unknown(
      `cannot read the alarms ${prefix}…: ${sayFault(error)}`,
      denied ? 'cloudwatch:DescribeAlarms' : undefined,
    );
  }
}

async function everyAlarm(aws: Aws, prefix: string, signal: AbortSignal): Promise<AlarmFacts[]> {
  const cloudwatch = await aws.cloudwatch();
  const alarms: AlarmFacts[] = [];
  const seen = new Set<string>();
  for (let token: string | undefined; ;) {
    const page = await cloudwatch.describeAlarms(
      {
        AlarmNamePrefix: prefix,
        // Without it composite alarms are left out.
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        MaxRecords: 100,
        ...(token !== undefined && { NextToken: token }),
      },
      { abortSignal: signal },
    );
    for (const alarm of page.MetricAlarms ?? []) alarms.push(toFacts('metric', alarm));
    for (const alarm of page.CompositeAlarms ?? []) alarms.push(toFacts('composite', alarm));
    token = page.NextToken;
    if (token === undefined || token === '') return alarms;
    if (seen.has(token)) throw new Error('CloudWatch gives the same page again and again');
    seen.add(token);
  }
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
