import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { iamPolicy, type PolicyMode } from '../../../src/preflight/aws/iam-policy.ts';

const SOURCE = join(import.meta.dirname, '../../../src/preflight');
const SERVICES = 'rds|kms|cloudwatch|sts|sns';
/** `rds.describeEvents(`, `(await aws.sts()).getCallerIdentity(` */
const CALL = new RegExp(`\\b(${SERVICES})(?:\\(\\)\\))?\\.([a-z]\\w+)\\(`, 'g');

/** Permissions that no call has the name of: AWS asks for them along with others. */
const ALONG: Readonly<Record<PolicyMode, readonly string[]>> = {
  read: [],
  snapshot: ['rds:AddTagsToResource', 'kms:CreateGrant'],
  drill: ['rds:AddTagsToResource', 'kms:CreateGrant'],
};

function actionsCalledIn(isIncluded: (file: string) => boolean): readonly string[] {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && isIncluded(file),
  );
  const actions = files.flatMap((file) => {
    const source = readFileSync(join(SOURCE, file), 'utf8');
    const tokens = source.includes('getAuthToken(') ? ['rds-db:connect'] : [];
    const calls = [...source.matchAll(CALL)].map(
      ([, service = '', method = '']) => `${service}:${method[0]?.toUpperCase()}${method.slice(1)}`,
    );
    return [...calls, ...tokens];
  });
  return [...new Set(actions)].toSorted();
}

const allowed = (mode: PolicyMode): readonly string[] =>
  [
    ...new Set(
      iamPolicy(mode, { databaseUser: 'app', topicArn: 'arn:aws:sns:eu-west-1:1:t' })
        .Statement.filter(({ Effect }) => Effect === 'Allow')
        .flatMap(({ Action }) => Action),
    ),
  ].toSorted();

const isSnapshot = (file: string): boolean => file.startsWith(join('aws', 'snapshot'));
const isDrill = (file: string): boolean => file.startsWith(join('aws', 'drill'));

describe.each([
  ['read', (file: string) => !isSnapshot(file) && !isDrill(file)],
  ['snapshot', (file: string) => !isDrill(file)],
  ['drill', (file: string) => !isSnapshot(file)],
] as const)('the policy %s', (mode, isIncluded) => {
  test('allows what the code calls, and nothing else', () => {
    const called = actionsCalledIn(isIncluded);
    expect(called.length).toBeGreaterThan(15);
    expect(allowed(mode)).toEqual([...called, ...ALONG[mode]].toSorted());
  });

  test('fits into a managed policy of AWS, 6,144 characters', () => {
    const subject = {
      region: 'ap-southeast-2',
      backupRegion: 'ap-southeast-1',
      account: '123456789012',
      identifier: 'x'.repeat(63),
      databaseUser: 'x'.repeat(63),
      resourceId: 'x'.repeat(40),
      topicArn: 'x'.repeat(256),
    };
    expect(JSON.stringify(iamPolicy(mode, subject)).length).toBeLessThan(6_144);
  });

  test('names each statement once, in letters and digits', () => {
    const names = iamPolicy(mode, {}).Statement.map(({ Sid }) => Sid);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9]+$/);
  });
});

test('no call goes around the clients’ methods, by which the policies are checked', () => {
  const files = readdirSync(join(SOURCE, 'aws'), { recursive: true, encoding: 'utf8' }).filter((it) =>
    it.endsWith('.ts'),
  );
  const sources = files.map((file) => readFileSync(join(SOURCE, 'aws', file), 'utf8')).join('\n');
  expect(sources).not.toMatch(/\.send\(\s*new /);
  expect(sources).not.toMatch(/\w+Command\b/);
});

test('what is not known is a placeholder', () => {
  const text = JSON.stringify(iamPolicy('drill', {}));
  for (const placeholder of ['REGION', 'ACCOUNT_ID', 'DATABASE_IDENTIFIER']) expect(text).toContain(placeholder);
});

const subject = { region: 'eu-west-1', account: '111122223333', identifier: 'shop' } as const;

test('snapshots are made of this database only, under our names only; nothing is deleted or changed', () => {
  const { Statement } = iamPolicy('snapshot', { ...subject, kind: 'instance' });
  expect(Statement.find(({ Sid }) => Sid === 'Snapshot')).toEqual({
    Sid: 'Snapshot',
    Effect: 'Allow',
    Action: ['rds:CreateDBSnapshot'],
    Resource: [
      'arn:aws:rds:eu-west-1:111122223333:db:shop',
      'arn:aws:rds:eu-west-1:111122223333:snapshot:pgrehearse-*',
    ],
  });
  expect(JSON.stringify(Statement)).not.toMatch(/rds:(?:Delete|Modify|Restore)/);
});

test('a drill changes and deletes what has our name only', () => {
  const { Statement } = iamPolicy('drill', { ...subject, kind: 'instance' });
  const changing = Statement.filter(
    ({ Effect, Action }) => Effect === 'Allow' && Action.some((action) => /:(?:Delete|Modify)/.test(action)),
  );
  expect(changing).toHaveLength(1);
  expect(changing[0]?.Resource).toEqual(['arn:aws:rds:eu-west-1:111122223333:db:pgrehearse-drill-*']);
  const denied = Statement.find(({ Sid }) => Sid === 'NeverAnythingElse');
  expect(denied?.Action.toSorted()).toEqual(['rds:DeleteDBInstance', 'rds:ModifyDBInstance']);
  expect(denied?.NotResource).not.toContain('arn:aws:rds:eu-west-1:111122223333:db:shop');
});

test('of a cluster of Aurora no instance is restored, of an instance no cluster', () => {
  const actionsOf = (kind: 'aurora-cluster' | 'instance'): string =>
    JSON.stringify(iamPolicy('drill', { ...subject, kind }).Statement.slice(3));
  expect(actionsOf('aurora-cluster')).not.toContain('RestoreDBInstance');
  expect(actionsOf('instance')).not.toMatch(/rds:\w*Cluster/);
});

test.each([
  ['cn-north-1', 'arn:aws-cn:rds:cn-north-1:'],
  ['us-gov-west-1', 'arn:aws-us-gov:rds:us-gov-west-1:'],
  ['eu-west-1', 'arn:aws:rds:eu-west-1:'],
])('in %s ARNs begin with %s', (region, start) => {
  expect(JSON.stringify(iamPolicy('snapshot', { region }))).toContain(start);
});

test('reading in a second region is allowed where backups are replicated to it', () => {
  const [read] = iamPolicy('read', { ...subject, backupRegion: 'eu-central-1' }).Statement;
  expect(read?.Condition).toEqual({ StringEquals: { 'aws:RequestedRegion': ['eu-west-1', 'eu-central-1'] } });
});
