import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';

import { obtainBackup, openBackup } from '../../../src/backup/index.ts';
import { connect } from '../../../src/postgres/connect.ts';
import type { DatabaseTarget, EphemeralServer } from '../../../src/server/provider.ts';
import { isPgrehearseError } from '../../../src/support/errors.ts';
import { PYPI_MAJORS, pypiPostgres } from '../../helpers/pypi-postgres.ts';
import { createDatabase, startTestServer } from '../../helpers/servers.ts';
import { restored } from './library.ts';

const { signal } = new AbortController();
const DEBIANS = '/usr/lib/postgresql/15/bin';

/** What each pg_dump makes, by the name of the file. */
const ARCHIVES: Readonly<Record<string, readonly string[]>> = {
  custom: ['-Fc'],
  directory: ['-Fd', '-j2'],
  tar: ['-Ft'],
};
const COMPRESSED: Readonly<Record<string, readonly string[]>> = {
  'custom by zstd': ['-Fc', '--compress=zstd:3'],
  'custom by lz4': ['-Fc', '--compress=lz4'],
  'directory by zstd': ['-Fd', '--compress=zstd'],
  'directory by lz4': ['-Fd', '--compress=lz4'],
  'directory, not compressed': ['-Fd', '-Z0'],
  'directory of INSERTs': ['-Fd', '-Z0', '--inserts'],
};
const FOLDERS = ['directory', ...Object.keys(COMPRESSED).filter((name) => name.startsWith('directory'))];

const tools = new Map<number, string>();
for (const major of PYPI_MAJORS) {
  const programs = await pypiPostgres(major);
  if (programs !== undefined) tools.set(major, programs);
}

describe.skipIf(tools.size < PYPI_MAJORS.length)('dumps by pg_dump and pg_dumpall', () => {
  const servers = new Map<number, EphemeralServer>();
  const facts = new Map<number, Record<string, unknown>>();
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'client-majors-'));
    for (const major of PYPI_MAJORS) {
      const server = await startTestServer(major);
      servers.set(major, server);
      const source = await createDatabase(server, 'library');
      await using session = await connect(source.connectionString, { applicationName: 'test' });
      await session.script(LIBRARY);
      if (major === 18) await session.script(NEW_IN_18);
      facts.set(major, await factsOf(source));
      for (const [name, options] of Object.entries({ ...ARCHIVES, ...(major === 17 && COMPRESSED), plain: ['-Fp'] }))
        await dump(major, name, { source, options });
      await dump(18, `statistics of ${major}`, { source, options: ['-Fc', '--statistics'] });
      await dump(18, `plain statistics of ${major}`, { source, options: ['-Fp', '--statistics'] });
      await run(major, 'pg_dumpall', ['-f', pathOf(major, 'cluster'), ...address(source)], source);
      await dropDatabase(server, 'library', 'drop role librarian, reader');
    }
  });
  afterEach(() => vi.unstubAllEnvs());
  afterAll(async () => {
    for (const server of servers.values()) await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const pathOf = (major: number, name: string): string => join(folder, `${major} ${name}`);
  const serverOf = (major: number): EphemeralServer => servers.get(major)!;
  const dump = (
    major: number,
    name: string,
    { source, options }: { readonly source: DatabaseTarget; readonly options: readonly string[] },
  ): Promise<void> =>
    run(major, 'pg_dump', [...options, '-f', pathOf(major, name), ...address(source), 'library'], source);

  const all = { toolPlaces: [DEBIANS, ...tools.values()] };

  /** What is told of a restore, and what is there afterwards. */
  async function restoredOn(major: number, file: string): Promise<unknown> {
    await using library = await restored(serverOf(major), pathOf(...named(file)), signal, all);
    const { complaints, missingExtensions } = library.result;
    return { complaints, missingExtensions, warnings: library.warnings, facts: await factsOf(library.target) };
  }
  const wholeOf = (major: number): unknown => ({
    complaints: [],
    missingExtensions: [],
    warnings: [],
    facts: facts.get(major),
  });
  const named = (file: string): [number, string] => [Number(file.slice(0, 2)), file.slice(3)];

  const archives = PYPI_MAJORS.flatMap((major) =>
    Object.keys(ARCHIVES).map((name) => [`${major} ${name}`, major] as const),
  );
  const texts = PYPI_MAJORS.flatMap((major) =>
    ['plain', 'cluster'].map((name) => [`${major} ${name}`, major] as const),
  );

  test.each(archives)('%s: on its own major with the pg_restore of it', async (file, major) => {
    expect(await restoredOn(major, file)).toEqual(wholeOf(major));
  });

  test.each([...archives, ...texts])('%s: on 18', async (file, major) => {
    expect(await restoredOn(18, file)).toEqual(wholeOf(major));
  });

  test.each(Object.keys(COMPRESSED))('17 %s', async (name) => {
    expect(await restoredOn(17, `17 ${name}`)).toEqual(wholeOf(17));
  });

  test.each([...PYPI_MAJORS])('18 statistics of %d: on that, which may be older', async (major) => {
    expect(await restoredOn(major, `18 statistics of ${major}`)).toEqual(wholeOf(major));
    expect(await restoredOn(major, `18 plain statistics of ${major}`)).toEqual(wholeOf(major));
  });

  test.each([...PYPI_MAJORS])(
    'backup.url of a server of %d: all of it, by the pg_dump of that major',
    async (major) => {
      vi.stubEnv('PATH', `${tools.get(major)}${delimiter}${process.env['PATH']}`);
      await using source = await restored(serverOf(major), pathOf(major, 'custom'), signal, all);
      const said: string[] = [];
      const options = { projectFolder: folder, onWarning: (text: string) => said.push(text), onProgress: () => {} };
      await using backup = await obtainBackup({ url: source.target.connectionString }, options, signal);
      expect(said).toEqual([expect.stringContaining(`with pg_dump ${major}.`)]);
      const copy = await createDatabase(serverOf(major), 'copy');
      const { complaints } = await backup.restore(copy, () => {}, signal);
      expect([complaints, await factsOf(copy)]).toEqual([[], facts.get(major)]);
      await dropDatabase(serverOf(major), 'copy');
    },
  );

  test.each(archives)('%s: is refused where there is only a pg_restore of 15', async (file, major) => {
    const opened = openBackup(pathOf(...named(file)), { toolPlaces: [DEBIANS] }, signal);
    await expect(opened).rejects.toMatchObject({
      code: 'BACKUP_NEWER_THAN_TOOLS',
      message: expect.stringMatching(new RegExp(`made by pg_dump ${major}\\.\\d+; the newest pg_restore .* is 15\\.`)),
      hint: expect.stringContaining(`postgresql-client-${major}`),
    });
  });

  test.each(['17 custom by zstd', '17 directory by lz4'])('%s: a pg_restore without that is to blame', async (file) => {
    const restoring = restored(serverOf(18), pathOf(...named(file)), signal, { toolPlaces: [tools.get(18) ?? ''] });
    await expect(restoring).rejects.toMatchObject({
      code: 'BACKUP_TOOL_MISSING',
      message: expect.stringMatching(
        /is compressed with (?:zstd|lz4), and the pg_restore that was taken was built without that/i,
      ),
      hint: expect.stringMatching(/client that knows (?:zstd|lz4)/i),
    });
  });

  test('18 custom: one bit changed in it never changes rows in silence, and a cut is refused', async () => {
    const whole = readFileSync(pathOf(18, 'custom'));
    const answers = new Set<string>();
    for (let place = 0; place < PLACES; place += 1) {
      const at = Math.floor(((place + 0.5) * whole.length) / PLACES);
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
      const answer = await answerTo(bytes);
      expect([at, answer]).not.toEqual([at, 'SILENTLY DIFFERENT']);
      answers.add(answer);
    }
    expect(answers).toContain('refused');
    for (const part of [0.2, 0.5, 0.8]) expect(await answerTo(whole.subarray(0, part * whole.length))).toBe('refused');
  });

  test.each(FOLDERS)('17 %s: a file that is cut short is refused, be it a list', async (name) => {
    const path = join(folder, 'cut');
    rmSync(path, { recursive: true, force: true });
    cpSync(pathOf(17, name), path, { recursive: true });
    const filled = (file: string): boolean => statSync(join(path, file)).size > 100;
    const files = readdirSync(path).filter((file) => /^\d+\.dat/.test(file) && filled(file));
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) {
      const whole = readFileSync(join(path, file));
      // Once where a line ends, if there are lines.
      const lineEnd = whole.lastIndexOf('\n', whole.length * 0.7) + 1;
      for (const bytes of [lineEnd, whole.length * 0.3, whole.length - 3].filter((length) => length > 0)) {
        writeFileSync(join(path, file), whole.subarray(0, bytes));
        const restoring = restored(serverOf(17), path, signal, all);
        await expect(restoring, `${file} at ${bytes}`).rejects.toMatchObject({ code: 'BACKUP_UNREADABLE' });
      }
      writeFileSync(join(path, file), whole);
    }
    // One for each owner.
    for (const file of readdirSync(path).filter((entry) => /^blobs_\d+\.toc$/.test(entry))) {
      const list = readFileSync(join(path, file), 'utf8');
      writeFileSync(join(path, file), list.replace(/^4711 .*\n/m, ''));
    }
    await expect(restored(serverOf(17), path, signal, all)).rejects.toMatchObject({
      message: expect.stringContaining('blob_4711.dat'),
    });
    rmSync(path, { recursive: true });
  });

  async function answerTo(damaged: Buffer): Promise<string> {
    const path = join(folder, 'damaged');
    writeFileSync(path, damaged);
    try {
      await using library = await restored(serverOf(18), path, AbortSignal.timeout(30_000), all);
      if (library.result.complaints.length > 0) return 'complaint';
      // What the table of contents says has no checksum, rows have.
      const [found, expected] = [await factsOf(library.target), facts.get(18)];
      return found['books'] === expected?.['books'] && found['loans'] === expected?.['loans']
        ? 'the same'
        : 'SILENTLY DIFFERENT';
    } catch (error) {
      if (isPgrehearseError(error) && error.code === 'BACKUP_UNREADABLE') return 'refused';
      throw error;
    }
  }
});

const PLACES = 12;

async function run(
  major: number,
  program: string,
  args: readonly string[],
  { password }: DatabaseTarget,
): Promise<void> {
  const env = { ...process.env, PGPASSWORD: password };
  await promisify(execFile)(join(tools.get(major) ?? '', program), [...args], { env });
}

const address = ({ host, port, user }: DatabaseTarget): string[] => ['-h', host, '-p', String(port), '-U', user];

async function dropDatabase(server: EphemeralServer, name: string, ...more: readonly string[]): Promise<void> {
  await using upkeep = await connect(server.target('postgres').connectionString, { applicationName: 'test' });
  for (const statement of [`drop database ${name} with (force)`, ...more]) await upkeep.script(statement);
}

const LIBRARY = `
create role librarian;
create role reader login password 'only-in-tests';
grant librarian to reader;
create table books (id bigint generated always as identity primary key, title text not null, tags text[], price numeric(8, 2), facts jsonb);
insert into books (title, tags, price, facts) select 'Book ' || i || E'\\t\\\\\\n', array[i::text, null], i * 1.25, jsonb_build_object('i', i)
  from generate_series(1, 400) i;
create table loans (id int primary key, book bigint not null references books, due date check (due > '2020-01-01')) partition by range (id);
create table loans_1 partition of loans for values from (0) to (100);
create table loans_2 partition of loans for values from (100) to (1000);
insert into loans select i, i, date '2024-01-01' + i from generate_series(1, 300) i;
create table nothing (id int);
create function add_one(i int) returns int language sql begin atomic select i + 1; end;
create view due_loans as select * from loans where due > '2024-06-01';
create materialized view loan_counts as select book, count(*) from loans group by book;
create index on loans (due);
create statistics title_price on title, price from books;
alter table books owner to librarian;
grant select (id, title) on books to reader;
alter table loans enable row level security;
create policy only_due on loans to reader using (due > '2024-06-01');
comment on table loans is 'it''s; a -- comment';
select lo_from_bytea(4711, 'a large object'), lo_create(4712), lo_from_bytea(4713, 'another');
alter large object 4711 owner to librarian;
alter large object 4713 owner to librarian;
alter database library set timezone = 'Asia/Tokyo';
analyze;`;

const NEW_IN_18 = `
alter table books add twice numeric generated always as (price * 2) virtual;
alter table loans_1 add constraint due_known not null due not valid;`;

const FACTS = `
select
  (select md5(string_agg(t::text, '|' order by id)) from books t) as books,
  (select md5(string_agg(t::text, '|' order by id)) from loans t) as loans,
  (select count(*)::int from due_loans) as due,
  (select count(*)::int from loan_counts) as counts,
  (select last_value::int from books_id_seq) as last_book,
  (select count(*)::int from nothing) as nothing,
  (select string_agg(oid || '=' || convert_from(lo_get(oid), 'UTF8'), ' ' order by oid) from pg_largeobject_metadata) as objects,
  (select string_agg(relname || '=' || pg_get_userbyid(relowner), ' ' order by relname) from pg_class
     where relname in ('books', 'loans_2')) as owners,
  (select string_agg(conname || pg_get_constraintdef(oid), ' ' order by conname) from pg_constraint
     where connamespace = 'public'::regnamespace and contype <> 'n') as constraints,
  (select string_agg(conname, ' ' order by conname) from pg_constraint where conname = 'due_known') as not_null,
  (select string_agg(stxname, ' ') from pg_statistic_ext) as statistics,
  (select polroles::regrole[]::text from pg_policy) as policy,
  has_column_privilege('reader', 'books', 'title', 'select') as granted,
  add_one(41) as answer,
  obj_description('loans'::regclass) as comment,
  (select count(*) > 0 from pg_stats where tablename = 'books') as analysed`;

async function factsOf({ connectionString }: DatabaseTarget): Promise<Record<string, unknown>> {
  await using session = await connect(connectionString, { applicationName: 'test' });
  const [row] = await session.query<Record<string, unknown>>(FACTS);
  return row ?? {};
}
