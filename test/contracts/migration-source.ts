import { existsSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { orderMigrations } from '../../src/migrations/graph.ts';
import type { Migration, MigrationSession, MigrationSource } from '../../src/migrations/source.ts';
import { connect } from '../../src/postgres/connect.ts';
import { quoteIdentifier } from '../../src/postgres/identifiers.ts';
import type { DatabaseTarget, EphemeralServer } from '../../src/server/provider.ts';
import { createDatabase, startTestServer } from '../helpers/servers.ts';

/**
 * What every migration tool must keep to. The source gives the three migrations of `fixtures/migrations/TOOL/contract`:
 * create table people (id primary key); add its column email, with a waiver; insert two rows with one key, which fails.
 */
export function keepsTheMigrationContract(tool: string, createSource: () => MigrationSource): void {
  describe(`${tool} as a migration source`, () => {
    let server: EphemeralServer;
    let databases = 0;

    beforeAll(async () => {
      server = await startTestServer();
    });
    afterAll(async () => {
      await server[Symbol.asyncDispose]();
    });

    const emptyDatabase = (): Promise<DatabaseTarget> => {
      databases += 1;
      return createDatabase(server, `contract ${databases}`);
    };

    test('lists without a database what is on disk, in an order that can be run', async () => {
      const { migrations } = await createSource().list(never());
      const { ordered, problems } = orderMigrations(migrations);
      expect(problems).toEqual([]);
      expect(ordered.map(({ reversible }) => reversible)).toEqual([true, true, true]);
      expect(ordered.map(({ dependsOn }) => dependsOn)).toEqual([[], [ordered[0]?.id], [ordered[1]?.id]]);
      for (const { files } of ordered) expect(files.every((file) => existsSync(file))).toBe(true);
      expect(new Set(ordered.map(({ checksum }) => checksum)).size).toBe(3);
      for (const { checksum } of ordered) expect(checksum).toMatch(/^[0-9a-f]{64}$/);
    });

    test('lists the same twice', async () => {
      expect(await createSource().list(never())).toEqual(await createSource().list(never()));
    });

    test('finds the waiver beside the statement', async () => {
      const [, email] = await listed(createSource());
      expect(email.waivers).toEqual([
        { check: 'down-loses-data', until: '2031-01-31', reason: 'addresses are kept elsewhere' },
      ]);
    });

    test('goes up, down and up again, and the books follow', async () => {
      const source = createSource();
      const [people, email] = await listed(source);
      const target = await emptyDatabase();
      await using session = await source.open(target, never());
      expect(await idsApplied(session)).toEqual([]);

      expect(await session.run(people, 'up', never())).toEqual({ status: 'completed' });
      expect(await session.run(email, 'up', never())).toEqual({ status: 'completed' });
      expect(await idsApplied(session)).toEqual([people.id, email.id]);
      expect(await columnsOfPeople(target)).toEqual(['id', 'email']);

      expect(await session.run(email, 'down', never())).toEqual({ status: 'completed' });
      expect(await idsApplied(session)).toEqual([people.id]);
      expect(await columnsOfPeople(target)).toEqual(['id']);

      expect(await session.run(email, 'up', never())).toEqual({ status: 'completed' });
      expect(await columnsOfPeople(target)).toEqual(['id', 'email']);

      await session.run(email, 'down', never());
      await session.run(people, 'down', never());
      expect(await idsApplied(session)).toEqual([]);
      expect(await columnsOfPeople(target)).toEqual([]);
    });

    test('a failure is a result without values of rows, and the next step runs', async () => {
      const source = createSource();
      const [people, email, seed] = await listed(source);
      const target = await emptyDatabase();
      await using session = await source.open(target, never());
      await session.run(people, 'up', never());
      await session.run(email, 'up', never());

      const outcome = await session.run(seed, 'up', never());
      expect(outcome).toMatchObject({ status: 'failed', failure: { sqlState: '23505' } });
      expect(JSON.stringify(outcome)).toContain('duplicate key value violates unique constraint');
      expect(JSON.stringify(outcome)).not.toContain('example.org');
      expect(await session.run(email, 'down', never())).toEqual({ status: 'completed' });
      expect(await columnsOfPeople(target)).toEqual(['id']);
    });

    test('another session, and the rows of the books alone, tell the same as the session that wrote them', async () => {
      const source = createSource();
      const [people, email] = await listed(source);
      const target = await emptyDatabase();
      await using session = await source.open(target, never());
      await session.run(people, 'up', never());
      await session.run(email, 'up', never());
      await using later = await createSource().open(target, never());
      expect(await idsApplied(later)).toEqual([people.id, email.id]);
      expect(source.readApplied(await readBooks(source, target)).map(({ id }) => id)).toEqual([people.id, email.id]);
    });

    test('has nothing applied where a backup holds no books', async () => {
      const source = createSource();
      await source.list(never());
      expect(source.readApplied({})).toEqual([]);
    });

    test('does not start what was aborted before, and says why', async () => {
      const source = createSource();
      const [people] = await listed(source);
      await using session = await source.open(await emptyDatabase(), never());
      await expect(session.run(people, 'up', AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    });
  });
}

const never = (): AbortSignal => new AbortController().signal;

const idsApplied = async (session: MigrationSession): Promise<string[]> =>
  (await session.applied()).map(({ id }) => id);

async function listed(source: MigrationSource): Promise<[Migration, Migration, Migration]> {
  const { ordered } = orderMigrations((await source.list(never())).migrations);
  return ordered as unknown as [Migration, Migration, Migration];
}

async function columnsOfPeople({ connectionString }: DatabaseTarget): Promise<string[]> {
  await using database = await connect(connectionString, { applicationName: 'pgrehearse test' });
  const rows = await database.query<{ name: string }>(
    `select attname::text as name from pg_catalog.pg_attribute
     where attrelid = pg_catalog.to_regclass('public.people') and attnum > 0 and not attisdropped order by attnum`,
  );
  return rows.map(({ name }) => name);
}

/** As `Backup.readTables` gives them. */
async function readBooks(
  source: MigrationSource,
  { connectionString }: DatabaseTarget,
): Promise<Record<string, Record<string, string | null>[]>> {
  const { bookkeeping } = await source.list(never());
  await using database = await connect(connectionString, { applicationName: 'pgrehearse test' });
  const books: Record<string, Record<string, string | null>[]> = {};
  for (const { schema = 'public', name } of bookkeeping) {
    const table = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
    const columns = await database.query<{ name: string }>(
      'select attname::text as name from pg_catalog.pg_attribute where attrelid = $1::regclass and attnum > 0',
      [table],
    );
    const texts = columns.map((column) => `${quoteIdentifier(column.name)}::text`).join(', ');
    books[name] = await database.query<Record<string, string | null>>(`select ${texts} from ${table}`);
  }
  return books;
}
