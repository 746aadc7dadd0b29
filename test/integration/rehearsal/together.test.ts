import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rehearseFolder, type Rehearsed } from '../../helpers/rehearse-folder.ts';

/** knex migrations of one SQL text each. */
async function rehearseKnex(
  migrations: Readonly<Record<string, readonly [up: string, down: string, config?: string]>>,
  onSaid?: (text: string, folder: string) => void,
): Promise<Rehearsed> {
  const folder = mkdtempSync(join(tmpdir(), 'pgrehearse-knex-'));
  try {
    mkdirSync(join(folder, 'migrations'));
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'seed.sql'), 'create table c (id int);\n');
    writeFileSync(
      join(folder, 'pgrehearse.config.yaml'),
      `migrations: { tool: knex, directory: ./migrations }\n${onSaid === undefined ? '' : 'backup: { file: ./seed.sql }\n'}`,
    );
    for (const [name, [up, down, config = '']] of Object.entries(migrations)) {
      const text = `exports.up = (knex) => knex.raw(${JSON.stringify(up)});\nexports.down = (knex) => knex.raw(${JSON.stringify(down)});\n${config}`;
      writeFileSync(join(folder, 'migrations', `${name}.js`), text);
    }
    return await rehearseFolder(folder, {
      onEvent: (event) => void (event.kind === 'output' && onSaid?.(event.text, folder)),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const tables = [
  'create table p (id integer primary key); create table c (p integer references p deferrable initially deferred)',
  'drop table c; drop table p',
] as const;
const rows = ['insert into p values (1); insert into c values (1)', 'delete from c; delete from p'] as const;
const column = ['alter table c add column note text', 'alter table c drop column note'] as const;

describe('all pending migrations at once, as knex migrate:latest runs them', () => {
  test('is done, and quiet when it works', async () => {
    const { verdict, recording } = await rehearseKnex({ '1_tables': tables, '2_column': column });
    expect(recording.together).toMatchObject({ status: 'completed', migrations: ['1_tables.js', '2_column.js'] });
    expect(verdict.findings).toEqual([]);
  });

  test('a table that still waits for its deferred constraint cannot be altered in the same transaction', async () => {
    const { verdict, recording } = await rehearseKnex({ '1_tables': tables, '2_rows': rows, '3_column': column });
    expect(recording.steps.filter(({ status }) => status !== 'completed')).toEqual([]);
    expect(verdict.findings.filter(({ severity }) => severity === 'error')).toMatchObject([
      { check: 'up-failed', evidence: { sqlState: '55006' } },
    ]);
  });

  test('is one by one when one of them wants no transaction, as knex then does', async () => {
    const outside = [...column, 'exports.config = { transaction: false };'] as const;
    const { verdict } = await rehearseKnex({ '1_tables': tables, '2_rows': rows, '3_column': outside });
    expect(verdict.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('is not judged when the database could not be built anew for it', async () => {
    const stays = ['create table if not exists left_behind (a int)', 'select 1'] as const;
    const { verdict, recording } = await rehearseKnex({ '1_stays': stays, '2_column': column }, (text, folder) => {
      if (text.includes('all pending migrations at once')) rmSync(join(folder, 'seed.sql'));
    });
    expect(recording.steps.filter(({ status }) => status !== 'completed')).toEqual([]);
    expect(recording.together).toMatchObject({ status: 'not-run', reason: expect.stringContaining('seed.sql') });
    expect(recording.interrupted).toBe(true);
    expect(verdict.notJudged).toContainEqual({
      check: 'up-failed',
      reason: expect.stringContaining('all pending migrations at once were not applied'),
    });
  });
});
