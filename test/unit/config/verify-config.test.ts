import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadProductionConfig } from '../../../src/config/load-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'pgrehearse-verify-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const load = (verify: string) => {
  writeFileSync(join(folder, 'pgrehearse.config.yaml'), `verify: ${verify}\n`);
  return loadProductionConfig(undefined, {}, {}, folder);
};

test.each([
  ['{ urls: [{ url: "ftp://x" }] }', 'verify.urls[0].url: expected an address, http or https'],
  ['{ notify: { webhook: shop.example } }', 'verify.notify.webhook: expected an address, http or https'],
  ['{ notify: { snsTopicArn: releases } }', 'verify.notify.snsTopicArn: expected the ARN of a topic'],
])('%s is said before production is asked', async (verify, problem) => {
  await expect(load(verify)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining(problem) as string,
  });
});

test('addresses as the documentation has them are taken', async () => {
  const topic = 'arn:aws:sns:eu-west-1:111122223333:releases';
  const { verify } = await load(
    `{ urls: [{ url: "https://shop.example/health" }], notify: { snsTopicArn: "${topic}", webhook: "http://hooks.example/x" } }`,
  );
  expect(verify.notify).toEqual({ snsTopicArn: topic, webhook: 'http://hooks.example/x' });
});
