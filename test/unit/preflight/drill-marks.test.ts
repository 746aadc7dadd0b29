import { describe, expect, test } from 'vitest';

import { drillCostNote } from '../../../src/preflight/aws/drill/cost-note.ts';
import { faultOf, sayFault, wasRefused } from '../../../src/preflight/aws/writing/fault.ts';
import { DRILL_PREFIX, newMark, SNAPSHOT_PREFIX } from '../../../src/preflight/aws/writing/mark.ts';
import type { ResourceFacts } from '../../../src/preflight/facts/aws.ts';

const markOf = (source: string, prefix = DRILL_PREFIX, runId = 'run'): ReturnType<typeof newMark> =>
  newMark({ prefix, source, sourceResourceId: 'db-A', runId, now: new Date('2026-11-25T19:05:07Z') });

describe('identifiers of what we make', () => {
  test.each(['shop', 'SHOP--Production-', 'x'.repeat(63), 'ab-'.repeat(21).slice(0, 63), '-', 'ünïcode.db'])(
    'keep the rules of RDS for %s',
    (source) => {
      for (const prefix of [DRILL_PREFIX, SNAPSHOT_PREFIX]) {
        // A cluster's instance has two characters more.
        const id = `${markOf(source, prefix).id}-1`;
        expect(id.length).toBeLessThanOrEqual(63);
        expect(id).toMatch(/^[a-z](?:-?[a-z0-9])*$/);
        expect(id.startsWith(prefix)).toBe(true);
        expect(id).toContain('-20261125190507-');
      }
    },
  );

  test('differ, however fast they are made', () => {
    const ids = Array.from({ length: 1_000 }, () => markOf('shop').nonce);
    expect(new Set(ids).size).toBe(1_000);
  });

  test('carry only what tags may hold', () => {
    const { tags } = markOf('shop', DRILL_PREFIX, `release #7 <script>${'x'.repeat(300)}`);
    expect(tags['pgrehearse:run']).toMatch(/^release -7 -script-x+$/);
    expect(tags['pgrehearse:run']).toHaveLength(256);
  });
});

const anError = (name: string, httpStatusCode?: number, attempts?: number): Error =>
  Object.assign(new Error('m'), { name, $metadata: { httpStatusCode, attempts } });

describe('faults', () => {
  test.each([
    ['Throttling', 400, 'throttled'],
    ['RequestLimitExceeded', 503, 'throttled'],
    ['DBSnapshotNotFoundFault', 404, 'absent'],
    ['DBSubnetGroupNotFoundFault', 404, 'final'],
    ['DBInstanceAlreadyExistsFault', 400, 'exists'],
    ['InvalidDBInstanceStateFault', 400, 'state'],
    ['AccessDenied', 403, 'final'],
    ['ExpiredToken', 403, 'final'],
    ['CredentialsProviderError', undefined, 'final'],
    ['InternalFailure', 500, 'passing'],
    ['TimeoutError', undefined, 'passing'],
    ['SyntaxError', 200, 'passing'],
  ])('%s with status %s is %s', (name, status, fault) => {
    expect(faultOf(anError(name, status))).toBe(fault);
  });

  test('only a refusal of the only attempt says that nothing was done', () => {
    expect(wasRefused(anError('AccessDenied', 403, 1))).toBe(true);
    expect(wasRefused(anError('AccessDenied', 403, 2))).toBe(false);
    expect(wasRefused(anError('AccessDenied', 403))).toBe(false);
    expect(wasRefused(anError('DBSnapshotAlreadyExistsFault', 400, 1))).toBe(false);
    expect(wasRefused(anError('InternalFailure', 500, 1))).toBe(false);
    expect(wasRefused(anError('TimeoutError', undefined, 1))).toBe(false);
    expect(wasRefused(anError('CredentialsProviderError'))).toBe(true);
  });

  test('are said in one line of bearable length, without passwords', () => {
    const said = sayFault(new Error(`postgres://a:secret@h broke\n${'x'.repeat(900)}`));
    expect(said).not.toContain('secret');
    expect(said).not.toContain('\n');
    expect(said.length).toBeLessThan(320);
  });
});

describe('the cost of a drill is said before', () => {
  const resource: ResourceFacts = {
    kind: 'instance',
    identifier: 'shop',
    resourceId: 'db-A',
    arn: 'arn:aws:rds:eu-west-1:1:db:shop',
    engine: 'postgres',
    engineVersion: '16.9',
    status: 'available',
    members: [],
    pendingModifications: [],
    replicatedBackupArns: [],
    securityGroups: [],
    instanceClass: 'db.m6g.large',
    allocatedGib: 100,
  };
  const latest = { pointInTime: 'latest' } as const;

  test.each([
    ['instance', 'one db.m6g.large instance with 100 GiB of storage'],
    ['aurora-cluster', 'an Aurora cluster with one db.m6g.large instance and a full copy of its storage'],
    ['multi-az-cluster', 'a Multi-AZ DB cluster of three db.m6g.large instances with 100 GiB of storage each'],
  ] as const)('for %s', (kind, things) => {
    const note = drillCostNote({ ...resource, kind }, latest, { limitMs: 3 * 3_600_000 });
    expect(note).toContain(`The drill makes ${things} in this account, for at most 3 h`);
  });
});
