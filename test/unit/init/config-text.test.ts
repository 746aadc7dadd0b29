import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig, loadProductionConfig } from '../../../src/config/load-config.ts';
import { backupSchema, configSchema } from '../../../src/config/schema.ts';
import { serverSchema } from '../../../src/config/server-schema.ts';
import { type ConfigFacts, configText } from '../../../src/init/config-text.ts';
import { yamlText } from '../../../src/init/yaml-text.ts';

const ENV = {
  REHEARSAL_SERVER_URL: 'postgres://rehearsal@localhost/postgres',
  STAGING_URL: 'postgres://reader@localhost/shop',
  DATABASE_URL: 'postgres://shop@localhost/shop',
};

const FULL: ConfigFacts = {
  tool: { id: 'sql', why: 'db/migrations (golang-migrate: up and down files)', directory: 'db/migrations' },
  backup: { file: 'backup.dump', what: 'custom, 2.1 MB, PostgreSQL 17', others: ['backups/older.dump'] },
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgrehearse-init-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function load(text: string): ReturnType<typeof loadConfig> {
  const file = join(folder, 'pgrehearse.config.yaml');
  writeFileSync(file, text);
  await loadProductionConfig(file, {}, ENV, folder);
  return loadConfig(file, {}, ENV, folder);
}

test('what was found is in force', async () => {
  expect(await load(configText(FULL))).toMatchObject({
    backup: { file: join(folder, 'backup.dump') },
    migrations: { tool: 'sql', directory: './db/migrations' },
    rehearsal: { scope: 'pending', forwardOnly: false },
    server: { provider: 'local' },
  });
});

test('without findings it is a config of nothing but defaults', async () => {
  const config = await load(configText({}));
  expect(config.backup).toBeUndefined();
  expect(config.migrations).toEqual({ options: {} });
});

const COMMENTED = /^( *)# ([a-zA-Z\d]+: .*)$/;
const exampleLines = (facts: ConfigFacts): readonly number[] =>
  configText(facts)
    .split('\n')
    .flatMap((line, at) => (COMMENTED.test(line) ? [at] : []));

/** With one example in force; beside it no other source of a backup, and what it only makes sense with. */
function withExample(facts: ConfigFacts, at: number): string {
  const lines = configText(facts).split('\n');
  const example = (lines[at] ?? '').replace(COMMENTED, '$1$2');
  const key = example.trim().split(':')[0] ?? '';
  const isSource = ['file', 'command', 'url'].includes(key) && example.startsWith(' ');
  const isBackup = lines.slice(0, at).findLast((line) => /^\w+:/.test(line)) === 'backup:';
  return lines
    .map((line, index) => {
      if (index === at) return example;
      if (isBackup && /^ {2}file: /.test(line) && (isSource || key === 'excludeTableData')) return '';
      if (isBackup && key === 'excludeTableData' && line.includes('# url:')) return line.replace(COMMENTED, '$1$2');
      if (isBackup && key === 's3') return line.replace(/^ {2}file: .*/, '  file: s3://backups/shop.dump');
      return line;
    })
    .join('\n');
}

describe.each([
  ['with findings', FULL],
  ['without', {}],
])('every example %s', (_, facts) => {
  test.each(exampleLines(facts).map((at) => [(configText(facts).split('\n')[at] ?? '').trim(), at]))(
    '%s',
    async (line, at) => {
      const text = withExample(facts, at);
      const needsFile = /^# (s3|masking|maxAgeHours|database|allowUnverified)/.test(line) && !('backup' in facts);
      const loaded = load(needsFile ? text.replace(/^backup:$/m, 'backup:\n  file: s3://b/k') : text);
      await expect(loaded).resolves.toBeDefined();
      // The example is in the document, and no longer a comment.
      expect(
        text
          .split('\n')
          .filter((one) => one.includes(line.slice(2)))
          .every((one) => !one.trimStart().startsWith('#')),
      ).toBe(true);
    },
  );
});

test('every section of a config is there, and every key of server and backup', () => {
  const text = configText({});
  for (const key of Object.keys(configSchema.shape)) expect(text).toMatch(new RegExp(`^(# )?${key}:`, 'm'));
  for (const { shape } of [serverSchema, backupSchema])
    for (const key of Object.keys(shape)) expect(text).toMatch(new RegExp(`^ {2}(# )?${key}:`, 'm'));
});

test.each([
  'migrations',
  './a/b-c.dump',
  'with space',
  'a: b # c',
  '"quoted" and \'quoted\'',
  '- list',
  '{flow: [x]}',
  '*anchor',
  '!tag',
  '%directive',
  'line\nbreak\ttab\r',
  'true',
  'null',
  '1e5',
  '1.0',
  '0x10',
  '~',
  '\\backslash\\',
  'umlaut äöü 日本',
  '\u0000\u0007\u007F\u0085\u2028\u2029\uFEFF',
  'a\\nb',
  '',
])('%j comes back from YAML as it was', (text) => {
  expect(parse(`key: ${yamlText(text)} # comment`)).toEqual({ key: text });
});

test.each(['${HOME}/b.dump', '$${HOME}', '$$${A}${B}', '${', 'a${b', '${}', '$x'])(
  '%j names no variable of the environment',
  async (name) => {
    const facts: ConfigFacts = { backup: { file: name, what: 'custom', others: [] } };
    expect((await load(configText(facts))).backup?.file).toBe(join(folder, name));
  },
);
