import type { AwsFacts } from '../../facts/aws.ts';
import { known, unknown, type Reading } from '../../reading.ts';
import type { Aws } from '../aws.ts';
import { ask } from './ask.ts';
import { collectPages } from './collect-pages.ts';
import { UnreadableAnswer } from './explain-failure.ts';

export const readIdentity = (aws: Aws, signal: AbortSignal): Promise<AwsFacts['identity']> =>
  ask(aws, 'sts:GetCallerIdentity', signal, async (options) => {
    const { Account: account, Arn: arn } = await (await aws.sts()).getCallerIdentity({}, options);
    if (account === undefined || arn === undefined) throw new UnreadableAnswer('it names no account');
    return { account, arn };
  });

export const readQuotas = (aws: Aws, signal: AbortSignal): Promise<AwsFacts['quotas']> =>
  ask(aws, 'rds:DescribeAccountAttributes', signal, async (options) => {
    const { AccountQuotas } = await aws.rds.describeAccountAttributes({}, options);
    if (AccountQuotas === undefined) throw new UnreadableAnswer('it holds no quotas');
    const entries = AccountQuotas.flatMap(({ AccountQuotaName: name, Used: used, Max: max }) =>
      name === undefined || used === undefined || max === undefined ? [] : [[name, { used, max }] as const],
    );
    return Object.fromEntries(entries);
  });

/** Error: half a second, since AWS tells its time in whole seconds. */
export function readClock(aws: Aws): Reading<number> {
  const offsetMs = aws.clockOffsetMs();
  return offsetMs === undefined ? unknown('no answer of AWS told its time') : known(offsetMs);
}

/** Which cluster of a global database is the one to write to. */
export const readGlobalPrimary = (aws: Aws, globalCluster: string, signal: AbortSignal): Promise<Reading<string>> =>
  ask(aws, 'rds:DescribeGlobalClusters', signal, async (options) => {
    const clusters = await collectPages(async (page) => {
      const input = { GlobalClusterIdentifier: globalCluster, ...page };
      const { GlobalClusters: items, Marker: marker } = await aws.rds.describeGlobalClusters(input, options);
      return { items, marker };
    });
    const members = clusters.flatMap(({ GlobalClusterMembers }) => GlobalClusterMembers ?? []);
    const primary = members.find(({ IsWriter }) => IsWriter === true)?.DBClusterArn;
    if (primary === undefined) throw new UnreadableAnswer(`${globalCluster} has no primary`);
    return primary;
  });
