import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { readReceipt } from '../../../src/preflight/verify/receipt.ts';
import { restoreCommand } from '../../../src/preflight/verify/restore-command.ts';
import { wayBack } from '../../../src/preflight/verify/way-back.ts';
import { aPredicate, aReceipt } from '../../helpers/verify-facts.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgrehearse-receipt-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a receipt that is read', () => {
  const reading = (text: string): ReturnType<typeof readReceipt> => {
    const path = join(folder, 'receipt.json');
    writeFileSync(path, text);
    return readReceipt(path);
  };

  test('is what was issued, whoever formats it', async () => {
    const receipt = aReceipt();
    expect(await reading(JSON.stringify(receipt))).toEqual({ value: receipt });
    const reversed = Object.fromEntries(Object.entries(receipt).toReversed());
    expect(await reading(JSON.stringify(reversed, undefined, 4))).toEqual({ value: receipt });
  });

  test.each([
    [
      'changed by hand',
      JSON.stringify({ ...aReceipt({ outcome: 'unsafe' }), outcome: 'safe' }),
      /was changed after it was issued/,
    ],
    ['of another shape', JSON.stringify({ format: 1 }), /is not a receipt of pgrehearse: tool: expected an object/],
    [
      'with a time that is none',
      JSON.stringify(aReceipt({ issuedAt: 'today' })),
      /issuedAt: expected a time in ISO-8601/,
    ],
    ['cut off', JSON.stringify(aReceipt()).slice(0, 100), /is not JSON, or was cut off/],
    ['empty', '', /is empty/],
  ])('%s it is unknown', async (_, text, reason) => {
    expect(await reading(text)).toMatchObject({ unknown: expect.stringMatching(reason) as string });
  });

  test('not there it is unknown', async () => {
    const path = join(folder, 'none.json');
    expect(await readReceipt(path)).toEqual({ unknown: `The receipt ${path} does not exist` });
  });
});

describe('the commands that restore', () => {
  const cluster = (kind: 'aurora-cluster' | 'multi-az-cluster') =>
    ({
      kind,
      identifier: 'shop',
      resourceId: 'cluster-SHOP',
      arn: 'arn:aws:rds:eu-central-1:123456789012:cluster:shop',
    }) as const;
  const { latestRestorableAt: _, sha256: __, ...withoutLogs } = aReceipt();
  const fromSnapshot = (changes: object) => restoreCommand({ ...withoutLogs, sha256: '', ...changes });

  test('an instance, to the moment before the migration', () => {
    expect(restoreCommand(aReceipt())).toBe(
      'aws rds restore-db-instance-to-point-in-time --region eu-central-1 --source-dbi-resource-id db-SHOP --target-db-instance-identifier shop-restored --restore-time 2026-11-25T18:00:00Z',
    );
  });

  test('an instance, from its snapshot', () => {
    expect(fromSnapshot({})).toBe(
      'aws rds restore-db-instance-from-db-snapshot --region eu-central-1 --db-snapshot-identifier rds:shop-2026-11-25 --db-instance-identifier shop-restored',
    );
  });

  test('an Aurora cluster, and an instance to connect to', () => {
    expect(restoreCommand(aReceipt({ resource: cluster('aurora-cluster') }))?.split('\n')).toEqual([
      'aws rds restore-db-cluster-to-point-in-time --region eu-central-1 --source-db-cluster-resource-id cluster-SHOP --db-cluster-identifier shop-restored --restore-to-time 2026-11-25T18:00:00Z',
      'aws rds create-db-instance --region eu-central-1 --db-cluster-identifier shop-restored --db-instance-identifier shop-restored-1 --engine aurora-postgresql --db-instance-class CLASS',
    ]);
    expect(fromSnapshot({ resource: cluster('multi-az-cluster') })).toBe(
      'aws rds restore-db-cluster-from-snapshot --region eu-central-1 --snapshot-identifier rds:shop-2026-11-25 --db-cluster-identifier shop-restored --engine postgres',
    );
  });

  test('never under the name of production, however long it is', () => {
    const identifier = 'a'.repeat(63);
    const command = restoreCommand(aReceipt({ resource: { ...cluster('aurora-cluster'), identifier } })) ?? '';
    const names = [...command.matchAll(/-identifier (\S+)/g)].map(([, name = '']) => name);
    expect(names.every((name) => name.length <= 63 && name !== identifier)).toBe(true);
  });

  test('a hostile identifier stays one word', () => {
    expect(fromSnapshot({ snapshot: { id: "x; rm -rf '~'" } })).toContain(
      String.raw`--db-snapshot-identifier 'x; rm -rf '\''~'\''' --db`,
    );
  });

  test('there are none outside AWS, or without a backup', () => {
    expect(fromSnapshot({ resource: undefined })).toBeUndefined();
    expect(fromSnapshot({ snapshot: undefined })).toBeUndefined();
  });
});

describe('the way back', () => {
  test('newest first, with what it took', () => {
    expect(wayBack(aPredicate())).toEqual({
      steps: [
        { migration: '2_b', measuredMs: 200 },
        { migration: '1_a', measuredMs: 5000 },
      ],
      totalMs: 5200,
      isWhole: true,
      lines: [
        'Take back 2 migrations with knex, newest first: 5.2 s, all of it measured.',
        '1. 2_b (200 ms)',
        '2. 1_a (5.0 s)',
      ],
    });
  });

  test('leaves alone what production had before', () => {
    const { migrations } = aPredicate();
    const predicate = aPredicate({
      migrations: { ...migrations, rehearsed: [{ id: '0_start' }, ...migrations.rehearsed] },
      timings: [...aPredicate().timings, { migration: '0_start', direction: 'down', durationMs: 1 }],
    });
    expect(wayBack(predicate).steps.map(({ migration }) => migration)).toEqual(['2_b', '1_a']);
  });

  test('that ends half way, then restores', () => {
    const timings = aPredicate().timings.filter(({ migration }) => migration !== '1_a');
    const { lines, isWhole } = wayBack(aPredicate({ timings }), aReceipt());
    expect(isWhole).toBe(false);
    expect(lines).toEqual([
      'Take back 2 migrations with knex, newest first: 200 ms, as far as it was measured.',
      '1. 2_b (200 ms)',
      '2. 1_a (no rehearsed way back; stop here)',
      expect.stringMatching(
        /^Restore beside it, as of 2026-11-25T18:00:00\.500Z; all that was written since is not in it\./,
      ),
      expect.stringMatching(/^aws rds restore-db-instance-to-point-in-time /),
    ]);
  });

  test('of a rehearsal that went forward only', () => {
    const { migrations } = aPredicate();
    const { lines } = wayBack(aPredicate({ migrations: { ...migrations, forwardOnly: true }, timings: [] }));
    expect(lines).toEqual([
      'There is no rehearsed way back: the rehearsal went forward only.',
      'Where that ends, only a restore of the newest backup leads back.',
    ]);
  });
});
