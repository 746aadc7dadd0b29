import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { obtainBackup } from '../../../src/backup/index.ts';
import { connect } from '../../../src/postgres/connect.ts';
import { localServer } from '../../../src/server/index.ts';
import { type Production, startProduction } from '../../helpers/base-backups.ts';
import { BUCKET, startS3Server, type S3Server } from '../../helpers/s3-server.ts';

const never = new AbortController().signal;
const CONTENTS = `select pg_catalog.md5(pg_catalog.string_agg(t::text, ' ' order by id)) as sum from stock t`;

let production: Production;
let expected: Record<string, unknown>[];
let s3: S3Server;
beforeAll(async () => {
  production = await startProduction();
  await production.sql('postgres', 'create database shop');
  await production.sql('shop', 'create table stock as select id, md5(id::text) from generate_series(1, 1000) id');
  expected = await production.sql('shop', CONTENTS);
  s3 = await startS3Server();
  await upload(await production.backUp('plain', ['-Fp']), 'base/plain');
  await upload(await production.backUp('tar', ['-Ft', '-z']), 'base/tar');
});
afterAll(async () => {
  await production[Symbol.asyncDispose]();
  await s3[Symbol.asyncDispose]();
});
beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a-secret-of-nobody');
});
afterEach(() => vi.unstubAllEnvs());

/** As `aws s3 sync` does: files alone, so that folders without any are lost. */
async function upload(folder: string, prefix: string): Promise<void> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    s3.put(`${prefix}/${relative(folder, path)}`, readFileSync(path));
  }
}

test.each(['base/plain/', 'base/tar/'])('a base backup below %s is started', { timeout: 600_000 }, async (key) => {
  {
    await using backup = await obtainBackup(
      { file: `s3://${BUCKET}/${key}`, s3: { endpoint: s3.url, region: 'eu-west-1' } },
      { projectFolder: '/', onWarning: () => {}, onProgress: () => {} },
      never,
    );
    expect(backup.description).toMatchObject({ format: 'base', path: `s3://${BUCKET}/${key}`, serverMajor: 15 });
    const { dataDirectory } = backup;
    if (!dataDirectory) throw new Error('It is no base backup.');
    await using server = await localServer.start(
      { settings: {}, projectFolder: process.cwd(), postgresVersion: dataDirectory.major, dataDirectory },
      never,
    );
    const { connectionString } = server.target(server.contents?.database ?? '');
    await using session = await connect(connectionString, { applicationName: 'test' });
    expect(await session.query(CONTENTS)).toEqual(expected);
  }
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`pgrehearse-restore-${process.pid}-`))).toEqual([]);
});
