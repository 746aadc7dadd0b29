import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { connectProduction } from '../../../src/postgres/connect-production.ts';
import type { ReceiptContent } from '../../../src/preflight/facts/receipt.ts';
import { openAws } from '../../../src/preflight/aws/clients.ts';
import { readCertificate } from '../../../src/preflight/certificate/read-certificate.ts';
import { isKnown } from '../../../src/preflight/reading.ts';
import { readSystemIdentifier } from '../../../src/preflight/verify/database/read-system-identifier.ts';
import { readInvariants } from '../../../src/preflight/verify/database/run-queries.ts';
import type { VerifyFacts } from '../../../src/preflight/verify/facts.ts';
import { sealReceipt } from '../../../src/preflight/verify/receipt.ts';
import { gatherVerification } from '../../../src/preflight/verify/verify.ts';
import { sqlTool } from '../../../src/migrations/sql/index.ts';
import { startAwsServer } from '../../helpers/aws-server/index.ts';
import { ensureGolangMigrate } from '../../helpers/golang-migrate.ts';
import { aKnexProject, sqlMigration, type KnexProject } from '../../helpers/knex-project.ts';
import { aProject } from '../../helpers/project.ts';
import { releaseOf, type Production, type Release } from '../../helpers/released-production.ts';
import { noSignal } from '../../helpers/sql-project.ts';
import { answerLines, aReceipt } from '../../helpers/verify-facts.ts';

const INVARIANTS = [{ name: 'accounts', sql: 'select count(*) from accounts', expect: 'unchanged' }];

const SEED = 'create table accounts (id integer primary key); insert into accounts values (1), (2)';

describe('knex, whose books say when', () => {
  let project: KnexProject;
  let release: Release;
  let before: Production;

  beforeAll(async () => {
    project = await aKnexProject({
      'pgrehearse.config.json': '{ "migrations": { "tool": "knex" }, "backup": { "file": "./seed.sql" } }',
      'seed.sql': `${SEED};\n`,
      'knexfile.js': 'module.exports = { client: "pg" };',
      'migrations/1_owner.js': sqlMigration('alter table accounts add owner text', 'alter table accounts drop owner'),
      'migrations/2_city.js': sqlMigration('alter table accounts add city text', 'alter table accounts drop city'),
    });
    release = await releaseOf({ folder: project.folder, source: project.source(), seed: SEED });
    before = await release.unreleased();
  });
  afterAll(async () => {
    await release[Symbol.asyncDispose]();
    await project[Symbol.asyncDispose]();
  });

  test('a release within the time of its receipt passes', async () => {
    const facts = await verify(await release.production(), await receiptOf());
    expect(isKnown(facts.database.appliedAt) && facts.database.appliedAt.value).toHaveLength(2);
    expect(answerLines(facts)).toEqual([]);
  });

  test('one after its time does not', async () => {
    const early = { issuedAt: minutesAgo(60), validUntil: minutesAgo(45) };
    expect(answerLines(await verify(await release.production(), { ...(await receiptOf()), ...early }))).toEqual([
      expect.stringMatching(
        /^fail verify-receipt-expired: The first migration was applied at .*; the receipt was valid until /,
      ),
    ]);
  });

  test('what must stay unchanged is compared with the receipt', async () => {
    const production = await release.production('insert into accounts values (3)');
    expect(answerLines(await verify(production, await receiptOf()))).toEqual([
      'fail verify-invariant-broken: The invariant "accounts" does not hold: it gave 2, now 3.',
    ]);
  });

  test('another server under the same name is noticed', async () => {
    const receipt = { ...(await receiptOf()), systemIdentifier: '1' };
    expect(answerLines(await verify(await release.production(), receipt))).toEqual([
      expect.stringMatching(
        /^fail verify-receipt-other-database: The pre-flight saw the system identifier 1 instead of \d+\.$/,
      ),
    ]);
  });

  test('AWS says who it is where the server did not', async () => {
    await using aws = await startAwsServer();
    const receipt = await receiptOf();
    const { systemIdentifier: _, ...unnamed } = receipt;
    const resource = (resourceId: string) =>
      ({ kind: 'instance', identifier: 'shop', resourceId, arn: 'arn' }) as const;
    const asked = await release.production();

    const facts = await verify(asked, { ...unnamed, resource: resource('db-X') }, async () => openAws({}, aws.env));
    // Our server is on this machine, which is no host of AWS.
    expect(facts.resourceId).toMatchObject({ unknown: expect.any(String) as string });
    expect(aws.calls.map(({ action }) => action)).toContain('DescribeDBInstances');

    const quiet = await verify(asked, { ...receipt, resource: resource('db-X') }, () =>
      Promise.reject(new Error('asked')),
    );
    expect(quiet.resourceId).toBeUndefined();
  });

  /** As the pre-flight issues it right before the release. */
  async function receiptOf(): Promise<ReceiptContent> {
    const { sha256: _, resource: __, ...base } = aReceipt();
    await using database = await connectProduction(before.target, { applicationName: 'test' });
    const starts = await readInvariants(database, INVARIANTS);
    return {
      ...base,
      issuedAt: minutesAgo(5),
      validUntil: minutesAgo(-10),
      target: { host: before.target.host, port: before.target.port, database: '', user: 'verifier' },
      systemIdentifier: await readSystemIdentifier(database),
      certificateSha256: (await readCertificate(release.certificate)).sha256,
      pending: ['1_owner.js', '2_city.js'],
      invariants: starts.map(({ reading }) => {
        if (!isKnown(reading)) throw new Error(reading.unknown);
        return reading.value;
      }),
    };
  }

  async function verify(
    production: Production,
    receipt: ReceiptContent,
    open?: () => ReturnType<typeof openAws>,
  ): Promise<VerifyFacts> {
    const path = join(release.folder, `${production.name}.json`);
    const target = { ...receipt.target, database: production.name };
    writeFileSync(path, JSON.stringify(sealReceipt({ ...receipt, target })));
    return await gatherVerification(
      {
        target: production.target,
        certificate: { path: release.certificate, isDefault: false },
        source: release.source,
        receipt: path,
        invariants: INVARIANTS,
        verify: { queries: [], urls: [] },
        ...(open && { openAws: open }),
      },
      () => {},
      noSignal,
    );
  }
});

test('a release by golang-migrate itself passes; its books hold no times', async (context) => {
  const tool = await ensureGolangMigrate();
  if ('missing' in tool) {
    process.stderr.write(`Skipped: ${tool.missing}\n`);
    context.skip(tool.missing);
    return;
  }
  const { folder, ...project } = aProject({
    seed: `${SEED};\n`,
    migrations: {
      '1_owner': ['alter table accounts add owner text', 'alter table accounts drop owner'],
      '2_city': ['alter table accounts add city text', 'alter table accounts drop city'],
    },
  });
  await using release = await releaseOf({
    folder,
    source: sqlTool.create({ projectFolder: folder, options: {}, onOutput: () => {} }),
    seed: SEED,
    migrate: async ({ connectionString }) => {
      const path = join(folder, 'migrations');
      await promisify(execFile)(tool.binary, ['-path', path, '-database', `${connectionString}?sslmode=disable`, 'up']);
    },
    remove: project[Symbol.dispose],
  });
  const facts = await gatherVerification(
    {
      target: (await release.production()).target,
      certificate: { path: release.certificate, isDefault: false },
      source: release.source,
      invariants: [],
      verify: { queries: [], urls: [] },
    },
    () => {},
    noSignal,
  );
  expect(facts.database.appliedAt).toEqual({ value: [] });
  expect(answerLines(facts)).toEqual([]);
});

const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
