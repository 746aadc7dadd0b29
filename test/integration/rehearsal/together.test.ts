import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rehearseFolder, type Rehearsed } from '../../helpers/rehearse-folder.ts';

/** knex migrations of one SQL text each. */
async function rehearseKnex(
  migrations: Readonly<Record<string, readonly [up: string, down: string, config?: string]>>,
): Promise<Rehearsed> {
  const folder = mkdtempSync(join(tmpdir(), 'pgrehearse-knex-'));
  try {
    mkdirSync(join(folder, 'migrations'));
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'pgrehearse.config.yaml'), 'migrations: { tool: knex, directory: ./migrations }\n');
    for (const [name, [up, down, config = '']] of Object.entries(migrations)) {
      const text = `exports.up = (knex) => knex.raw(${JSON.stringify(up)});\nexports.down = (knex) => knex.raw(${JSON.stringify(down)});\n${config}`;
      writeFileSync(join(folder, 'migrations', `${name}.js`), text);
    }
    return await rehearseFolder(folder);
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
});
