import type { Aws, AwsSettings } from '../../src/preflight/aws/aws.ts';
import { openAws } from '../../src/preflight/aws/clients.ts';
import type { AwsFacts } from '../../src/preflight/facts/aws.ts';
import type { Policy } from '../../src/preflight/facts/index.ts';
import { isKnown, type Reading } from '../../src/preflight/reading.ts';
import type { AwsServer } from './aws-server/index.ts';

/** Long enough for what answers, short enough for a test of what does not. */
const PATIENCE = { connectMs: 2_000, requestMs: 1_500, questionMs: 6_000 };

/** The real SDK, sent to the test server, with little patience. */
export const openTestAws = (
  server: AwsServer,
  settings: AwsSettings = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Aws> => openAws(settings, { ...server.env, ...env }, PATIENCE);

export const somePolicy = (changes: Partial<Policy> = {}): Policy => ({
  allowCustomEndpoint: true,
  createSnapshot: false,
  ...changes,
});

/** All readings of the facts that hold no answer, by name. */
export const unknownsOf = (facts: AwsFacts): Record<string, { readonly unknown: string; readonly needs?: string }> =>
  Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) =>
      typeof value === 'object' && 'unknown' in value ? [[name, value]] : [],
    ),
  );

export function valueOf<Value>(reading: Reading<Value> | undefined): Value {
  if (reading === undefined) throw new Error('There is no such reading.');
  if (!isKnown(reading)) throw new Error(`Not known: ${reading.unknown}.`);
  return reading.value;
}

/** Asked in every pre-flight of an instance; `commands.test.ts` sees that there are no others. */
export const ACTIONS_OF_INSTANCE = [
  'DescribeAccountAttributes',
  'DescribeBlueGreenDeployments',
  'DescribeDBClusters',
  'DescribeDBInstanceAutomatedBackups',
  'DescribeDBInstances',
  'DescribeDBSnapshotAttributes',
  'DescribeDBSnapshots',
  'DescribeEvents',
  'DescribeExportTasks',
  'DescribeKey',
  'DescribePendingMaintenanceActions',
  'GetCallerIdentity',
  'GetMetricData',
];
