/**
 * The data ledger against `count(*)` of the same tables and against `pg_dump -a | sha256sum`.
 *
 *   npm run build && node bench/ledger.mjs [rows per table, default 10000]
 *
 * Needs `pg_dump` on the PATH; the server has its major.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { dataObserver } from '../dist/observers/data/index.js';
import { connect } from '../dist/postgres/connect.js';
import { localServer } from '../dist/server/index.js';

const TABLES = 100;
const rowsPerTable = Number(process.argv[2] ?? 10_000);
const RUNS = 3;

const postgresVersion = Number(/(\d+)/.exec(execFileSync('pg_dump', ['--version'], { encoding: 'utf8' }))?.[1]);
const server = await localServer.start(
  { postgresVersion, settings: {}, projectFolder: process.cwd() },
  new AbortController().signal,
);
try {
  const lines = [
    ...(await measure('tables', TABLES, rowsPerTable)),
    ...(await measure('one_table', 1, rowsPerTable * TABLES)),
  ];
  console.log(`PostgreSQL ${server.version}, medians of ${RUNS}, milliseconds and ratios`);
  for (const line of lines) console.log(line);
} finally {
  await server[Symbol.asyncDispose]();
}

async function measure(database, tables, rows) {
  await withSession('postgres', (session) => session.script(`create database ${database}`));
  return withSession(database, async (session) => {
    for (let table = 1; table <= tables; table += 1) await session.script(tableOf(table, rows));
    await session.query('vacuum');
    const counting = await median(async () => {
      for (let table = 1; table <= tables; table += 1) await session.query(`select count(*) from t${table}`);
    });
    const full = await median(() => withWatch(database, () => {}));
    const dumping = await median(() => dumpHash(database));
    const [one, none, ddl] = await withWatch(database, async (watch) => [
      await median(
        () => watch.afterStep(),
        () => session.query('update t1 set amount = amount + 1 where id = 1'),
      ),
      await median(() => watch.afterStep()),
      await median(
        () => watch.afterStep(),
        () => session.query("comment on table t1 is 'another'"),
      ),
    ]);
    return [
      `${tables} table(s) of ${rows} rows: count(*) ${ms(counting)}, ledger ${ms(full)}, pg_dump -a | sha256 ${ms(dumping)}`,
      `  full ledger against count(*)               ${(full / counting).toFixed(2)}  goal 10`,
      `  full ledger against pg_dump -a | sha256    ${(full / dumping).toFixed(3)}  goal 0.25`,
      `  after a step that touched one table        ${(one / full).toFixed(3)}  ${ms(one)}${tables === 1 ? '' : '  goal 0.05'}`,
      `  after a step that touched nothing          ${ms(none)}`,
      `  after a step that touched the catalogue    ${ms(ddl)}`,
    ];
  });
}

function tableOf(number, rows) {
  return `create table t${number} (
      id int primary key, customer text not null, quantity int, amount bigint, token uuid, placed timestamp,
      changed timestamptz, price numeric(10,2), weight float8, paid boolean, status text);
    insert into t${number} select g, 'customer ' || g || ' with a name and an address of usual length, and a remark', g % 1000, g * 7, gen_random_uuid(),
      '2020-01-01'::timestamp + g * interval '1 s', '2020-01-01'::timestamptz + g * interval '1 s', g / 100.0, g * 1.5,
      g % 3 = 0, 'status ' || g % 10 from generate_series(1, ${rows}) g;`;
}

async function withSession(database, work) {
  const session = await connect(server.target(database).connectionString, { applicationName: 'bench' });
  try {
    return await work(session);
  } finally {
    await session[Symbol.asyncDispose]();
  }
}

async function withWatch(database, work) {
  const watch = await dataObserver.open({ server, database, bookkeeping: [] });
  try {
    return await work(watch);
  } finally {
    await watch[Symbol.asyncDispose]();
  }
}

function dumpHash(database) {
  const { host, port, user, password } = server.target(database);
  const child = spawn('pg_dump', ['-a', '-h', host, '-p', String(port), '-U', user, database], {
    env: { ...process.env, PGPASSWORD: password },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const hash = createHash('sha256');
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => hash.update(chunk));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(undefined) : reject(new Error(`pg_dump exited with ${code}`))));
  });
}

async function median(work, prepare) {
  const times = [];
  for (let i = 0; i < RUNS; i += 1) {
    await prepare?.();
    const begun = performance.now();
    await work();
    times.push(performance.now() - begun);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)];
}

function ms(time) {
  return `${time.toFixed(time < 10 ? 1 : 0)} ms`;
}
