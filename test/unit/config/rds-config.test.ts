import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import type { Config, ConfigFlags } from '../../../src/config/config.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { rehearsalRequest } from '../../../src/config/rehearsal-request.ts';
import { planRehearsal } from '../../../src/rehearsal/rehearse.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgrehearse-test-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function load(yaml: string, flags: ConfigFlags = {}): Promise<Config> {
  const file = join(folder, 'pgrehearse.config.yaml');
  writeFileSync(file, yaml);
  const env = { PGREHEARSE_STATE_HOME: '/state', DATABASE_URL: 'postgres://shop@prod.internal/shop' };
  return loadConfig(file, flags, env, folder);
}

const RDS = 'server: { provider: rds, rds: { identifier: shop-production } }\nmigrations: { tool: sql }\n';

test('an identifier is enough', async () => {
  const { server, backup } = await load(`${RDS}preflight: { url: "\${DATABASE_URL}" }\n`);
  expect(server.rds).toMatchObject({
    identifier: 'shop-production',
    maxHours: 6,
    stateFolder: '/state',
    production: ['prod.internal'],
  });
  expect(backup).toBeUndefined();
});

test('flags stand for the time limit and for the endpoint', async () => {
  const { server } = await load(RDS, { rdsMaxHours: '1.5', rdsCustomEndpoint: true });
  expect(server.rds).toMatchObject({ maxHours: 1.5, allowCustomEndpoint: true });
});

test.each([
  [{ rdsMaxHours: '6' }, '--max-hours', 'the default, local'],
  [{ rdsCustomEndpoint: true, provider: 'docker' }, '--allow-custom-endpoint', 'the text "docker"'],
])('a flag of rds beside another provider is named, and nothing else: %j', async (flags, flag, found) => {
  await expect(load('migrations: { tool: sql }\n', flags)).rejects.toMatchObject({
    details: { problems: [{ where: flag, expected: expect.stringContaining('rds') as string, found }] },
  });
});

test('age and masking need no source there, and only there', async () => {
  const backup = 'backup: { maxAgeHours: 26, masking: ./mask.sql }\n';
  expect((await load(`${RDS}${backup}`)).backup).toEqual({ maxAgeHours: 26, masking: join(folder, 'mask.sql') });
  await expect(load(`migrations: { tool: sql }\n${backup}`)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

test.each(['file: ./shop.dump', 'command: ./dump', 'url: postgres://staging/shop', 'file: s3://bucket/shop.dump'])(
  'a backup from elsewhere contradicts it: %s',
  async (source) => {
    await expect(load(`${RDS}backup: { ${source} }\n`)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('what RDS restores is the backup') as string,
    });
  },
);

test('so does --backup, and --provider rds beside a backup', async () => {
  await expect(load(RDS, { backup: './shop.dump' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  const local = 'backup: { file: ./shop.dump }\nserver: { provider: local, rds: { identifier: shop } }\n';
  await expect(load(local, { provider: 'rds' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  expect((await load(local)).server.provider).toBe('local');
});

test('a plan would have to restore, and says so', async () => {
  writeFileSync(join(folder, '1_a.up.sql'), 'select 1');
  const config = await load(RDS.replace('tool: sql', 'tool: sql, directory: .'));
  const planning = planRehearsal(
    rehearsalRequest(config, { showValues: false }),
    () => {},
    new AbortController().signal,
  );
  await expect(planning).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining('rds') as string });
});
