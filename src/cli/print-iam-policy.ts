import type { ConfigFlags } from '../config/config.ts';
import { loadProductionConfig } from '../config/load-config.ts';
import { regionOfDatabaseHost } from '../preflight/aws/endpoint-host.ts';
import { iamPolicy, type PolicyMode } from '../preflight/aws/iam-policy.ts';
import { plainTarget } from './production-request.ts';
import type { Terminal } from './terminal.ts';

/** The least policy for a mode, with what the config knows of account and region; the rest is for the reader to fill in. */
export async function printIamPolicy(
  terminal: Terminal,
  path: string | undefined,
  flags: ConfigFlags,
  mode: PolicyMode,
): Promise<void> {
  const config = await loadProductionConfig(path, flags, terminal.env, terminal.cwd);
  const { aws, iamAuthentication } = config.preflight;
  const { account, region, resourceId, backupRegion } = aws === 'off' ? {} : aws;
  const topicArn = config.verify.notify?.snsTopicArn;
  // Who prints a policy may not have the connection string yet.
  const target = await plainTarget(config, terminal).catch(() => undefined);
  const known = region ?? terminal.env['AWS_REGION'] ?? regionOfDatabaseHost(target?.host ?? '');
  const policy = iamPolicy(mode, {
    ...(account !== undefined && { account }),
    ...(known !== undefined && { region: known }),
    ...(resourceId !== undefined && { resourceId }),
    ...(resourceId?.startsWith('db-') && { kind: 'instance' as const }),
    ...(backupRegion !== undefined && { backupRegion }),
    ...(iamAuthentication && target && { databaseUser: target.user }),
    ...(topicArn !== undefined && { topicArn }),
  });
  terminal.out(`${JSON.stringify(policy, undefined, 2)}\n`);
}
