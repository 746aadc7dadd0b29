import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../src/checks/index.ts';
import { PREFLIGHT_CHECKS } from '../../src/preflight/checks/index.ts';
import { VERIFY_CHECKS } from '../../src/preflight/verify/checks/index.ts';
import { ERROR_CODES } from '../../src/support/errors.ts';

/** Files of src/checks that are not a check. */
const PLUMBING = new Set([
  'check',
  'failed-step',
  'group-by',
  'index',
  'judge',
  'left-on-the-way',
  'listing',
  'nested-states',
  'not-run',
  'once-per-recording',
  'position-only',
  'round-trip',
  'take-back-losses',
  'unwind-leftovers',
  'unwind-losses',
]);

/** A script has no types; its name in a variable keeps the compiler from asking. */
const CHECK_PAGE: string = '../../scripts/check-page.mjs';

test('every file in src/checks is registered, and nothing else is', () => {
  const files = readdirSync('src/checks').map((file) => file.replace(/\.ts$/, ''));
  expect(CHECKS.map(({ id }) => id).toSorted()).toEqual(files.filter((file) => !PLUMBING.has(file)).toSorted());
});

test('check ids are unique', () => {
  expect(new Set(CHECKS.map(({ id }) => id)).size).toBe(CHECKS.length);
});

describe.each(CHECKS.map((check) => [check.id, check] as const))('%s', (id, check) => {
  test.each(['bites', 'passes'])('has a scenario that %s', (variant) => {
    expect(existsSync(`scenarios/${id}/${variant}/pgrehearse.config.yaml`)).toBe(true);
  });

  test('has a page that is in step with its definition and its scenario', async () => {
    const { checkPage } = (await import(CHECK_PAGE)) as {
      checkPage: (check: unknown, folder: string) => string;
    };
    expect(readFileSync(`docs/checks/${id}.md`, 'utf8')).toBe(checkPage(check, 'scenarios'));
  });
});

test('every scenario and every page belongs to a check', () => {
  const ids = new Set<string>(CHECKS.map(({ id }) => id));
  expect(readdirSync('scenarios').filter((name) => !ids.has(name))).toEqual([]);
  const pages = readdirSync('docs/checks').map((file) => file.replace(/\.md$/, ''));
  expect(pages.filter((name) => !ids.has(name)).toSorted()).toEqual(['waiver-expired', 'waiver-unused']);
});

const PRODUCTION_PAGE: string = '../../scripts/production-checks-page.mjs';

test('docs/production-checks.md is in step with the checks of preflight and verify', async () => {
  const { productionChecksPage } = (await import(PRODUCTION_PAGE)) as {
    productionChecksPage: (checks: { preflight: unknown; verify: unknown }) => string;
  };
  expect(readFileSync('docs/production-checks.md', 'utf8')).toBe(
    productionChecksPage({ preflight: PREFLIGHT_CHECKS, verify: VERIFY_CHECKS }),
  );
});

test('ids are unique over all commands, kebab-case, and none is empty of words', () => {
  const all = [...CHECKS, ...PREFLIGHT_CHECKS, ...VERIFY_CHECKS];
  expect(
    all.map(({ id }) => id).filter((id, at, ids) => ids.indexOf(id) !== at || !/^[a-z]+(-[a-z0-9]+)+$/.test(id)),
  ).toEqual([]);
  const silent = all.filter(({ title, effect, remedy }) => [title, effect, remedy].some((text) => text.length < 10));
  expect(silent.map(({ id }) => id)).toEqual([]);
});

test('docs/errors.md explains every error code and no other', () => {
  const documented = [...readFileSync('docs/errors.md', 'utf8').matchAll(/^## ([A-Z_]+)$/gm)].map(([, code]) =>
    String(code),
  );
  expect(documented.toSorted()).toEqual([...ERROR_CODES].toSorted());
});
