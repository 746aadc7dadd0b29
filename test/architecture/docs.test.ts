import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { runCli } from '../../src/cli/program.ts';
import { loadConfig, loadProductionConfig } from '../../src/config/load-config.ts';
import { MIGRATION_TOOLS } from '../../src/migrations/index.ts';

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'bench/README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name))
    .toSorted(),
];

const README = readFileSync('README.md', 'utf8');

describe.each(PAGES)('%s', (page) => {
  const text = readFileSync(page, 'utf8');

  test('links to files and headings that are there', () => {
    expect(linksOf(text).filter((link) => !leadsSomewhere(page, link))).toEqual([]);
  });

  test('names no folder of one machine', () => {
    expect(text).not.toMatch(/(?:^|[\s"'`(])\/(?:home|Users|root|work|tmp)\//m);
  });
});

test('a dead link and a missing heading are noticed', () => {
  expect(leadsSomewhere('README.md', 'docs/no-such-page.md')).toBe(false);
  expect(leadsSomewhere('README.md', 'docs/backups.md#no-such-heading')).toBe(false);
  expect(leadsSomewhere('docs/backups.md', '../README.md#configuration')).toBe(true);
});

describe('the README', () => {
  test('names commands that there are, and all of them', async () => {
    const named = [...code(README).matchAll(/pgrehearse[ ]+([a-z]+)\b/g)].map(([, command]) => command);
    expect(new Set(named)).toEqual(new Set(await commandsOf()));
  });

  test('names flags that there are', async () => {
    const known = new Set((await Promise.all((await commandsOf()).map(flagsOf))).flat());
    const named = [...code(README).matchAll(/(?:^`?|pgrehearse[^`\n]* )(--[a-z][a-z-]*)/gm)].map(([, flag]) => flag);
    expect(named).not.toEqual([]);
    expect(named.filter((flag) => !known.has(flag ?? ''))).toEqual([]);
  });
});

describe('configuration in the pages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pgrehearse-docs-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(PAGES.flatMap(configsOf))('%s, block %i, is accepted', async (page, number, text) => {
    const file = join(folder, `${page.replaceAll('/', '-')}-${number}.yaml`);
    writeFileSync(file, text);
    const { migrations } = await loadConfig(
      file,
      {},
      { REHEARSAL_SERVER_URL: 'postgres://rehearsal@localhost/postgres' },
      folder,
    );
    const env = { DATABASE_URL: 'postgres://shop@localhost/shop' };
    await expect(loadProductionConfig(file, {}, env, folder)).resolves.toBeDefined();
    const tool = MIGRATION_TOOLS.find(({ id }) => id === migrations.tool);
    const { directory, options } = migrations;
    const given = { projectFolder: folder, options, onOutput: () => {}, ...(directory !== undefined && { directory }) };
    expect(tool?.create(given).tool).toBe(migrations.tool);
  });

  test('there is some in the README', () => {
    expect(configsOf('README.md').length).toBeGreaterThan(1);
  });

  test('an unknown key is noticed', async () => {
    const file = join(folder, 'unknown.yaml');
    writeFileSync(file, 'rehearsal:\n  sope: all\n');
    await expect(loadConfig(file, {}, {}, folder)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

/** Of `[text](target)` outside of code; addresses on the web are not tried. */
function linksOf(text: string): string[] {
  const prose = text.replaceAll(/^```[^]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '`…`');
  return [...prose.matchAll(/\]\(([^()\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', heading] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(target)) return false;
  return heading === undefined || headingsOf(readFileSync(target, 'utf8')).includes(heading);
}

/** As GitHub makes them. */
const headingsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

/** Blocks and spans of code, a span to a line. */
function code(text: string): string {
  const blocks = [...text.matchAll(/^```[^\n]*\n([^]*?)^```/gm)].map(([, block]) => block);
  const spans = [...text.replaceAll(/^```[^]*?^```/gm, '').matchAll(/`[^`\n]+`/g)].map(([span]) => span);
  return [...blocks, ...spans].join('\n');
}

/** Blocks of YAML that are a mapping; a list is a part of some CI's file. */
function configsOf(page: string): (readonly [page: string, number: number, text: string])[] {
  return [...readFileSync(page, 'utf8').matchAll(/^```yaml\n([^]*?)^```/gm)]
    .map(([, text = '']) => text)
    .filter((text) => !Array.isArray(parse(text)))
    .map((text, index) => [page, index + 1, text] as const);
}

const helpOf = async (...argv: readonly string[]): Promise<string> => {
  let said = '';
  await runCli([...argv, '--help'], {
    out: (text) => {
      said += text;
    },
    err: () => {},
    setExitCode: () => {},
    env: {},
    cwd: process.cwd(),
    outPaint: (_, text) => text,
    errPaint: (_, text) => text,
  });
  return said;
};

async function commandsOf(): Promise<string[]> {
  const [, list = ''] = (await helpOf()).split(/^Commands:$/m);
  return [...list.matchAll(/^ {2}([a-z]+) /gm)]
    .map(([, command = '']) => command)
    .filter((command) => command !== 'help');
}

const flagsOf = async (command: string): Promise<string[]> =>
  [...(await helpOf(command)).matchAll(/(--[a-z][a-z-]*)/g)].map(([, flag = '']) => flag);
