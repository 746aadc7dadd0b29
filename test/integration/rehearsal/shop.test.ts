import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ensurePostgres } from '../../helpers/npm-packages.ts';
import { findingLines, rehearseFolder } from '../../helpers/rehearse-folder.ts';

const expected = (file: string): string[] =>
  (JSON.parse(readFileSync(`examples/shop/${file}`, 'utf8')) as { check: string; migration: string }[])
    .map(({ check, migration }) => `${check} ${migration}`)
    .toSorted();

/** A migration may break two invariants; the example lists it once. */
const once = (lines: readonly string[]): string[] => [...new Set(lines)];

describe('the example shop', () => {
  test('the demo finds every planted trap and is quiet about the sound migrations', async () => {
    const { verdict, recording } = await rehearseFolder('examples/shop');
    expect(once(findingLines(verdict))).toEqual(once(expected('expected-findings.json')));
    expect(verdict.notJudged).toEqual([]);
    expect(recording.observerFailures).toEqual([]);
  });

  test('the same as SQL pairs', async () => {
    const { verdict } = await rehearseFolder('examples/shop/pgrehearse.sql.config.yaml');
    expect(once(findingLines(verdict))).toEqual(once(expected('expected-findings.sql.json')));
  });
});

describe('one server per major gives the same verdict', () => {
  test.each([14, 15, 16, 17, 18])('PostgreSQL %i', async (major) => {
    const home = await ensurePostgres(major);
    process.env['PGREHEARSE_POSTGRES_HOME'] = home;
    const { verdict, recording } = await rehearseFolder('examples/shop', {
      flags: { backup: `fixtures/backups-by-major/shop-${major}.sql.gz`, postgresVersion: String(major) },
    });
    expect(recording.server.major).toBe(major);
    expect(recording.backup.serverMajor).toBe(major);
    expect(once(findingLines(verdict))).toEqual(once(expected('expected-findings.json')));
  });
});
