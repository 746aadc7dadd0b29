/**
 * The schema snapshot against `pg_dump --schema-only` of the same database, and what a step costs.
 *
 *   npm run build && node bench/schema-snapshot.mjs [tables, default 1000]
 *
 * Needs `pg_dump` on the PATH; the server has its major. Both begin with a new connection. The snapshot uses two
 * sessions where there are many relations, so that it gains from a second core that is free.
 */
import { execFileSync } from 'node:child_process';
import { readSchemaSnapshot, schemaObserver } from '../dist/observers/schema/index.js';
import { connect } from '../dist/postgres/connect.js';
import { localServer } from '../dist/server/index.js';

const tables = Number(process.argv[2] ?? 1000);
const RUNS = 9;
const STEPS = 15;
const GOAL = 0.5;
const STATEMENTS = [
  'create table fresh (id serial primary key, name text not null)',
  'alter table fresh add column extra integer default 0',
  'create index fresh_name on fresh (name)',
  "insert into fresh (name) values ('a')",
  'comment on table fresh is null',
  'drop table fresh',
];

const postgresVersion = Number(/(\d+)/.exec(execFileSync('pg_dump', ['--version'], { encoding: 'utf8' }))?.[1]);
const server = await localServer.start(
  { postgresVersion, settings: {}, projectFolder: process.cwd() },
  new AbortController().signal,
);
try {
  await makeTables();
  const dumps = [];
  const snapshots = [];
  const openings = [];
  for (let run = 0; run < RUNS; run += 1) {
    dumps.push(await time(dump));
    snapshots.push(await time(snapshot));
    openings.push(await time(open));
  }
  console.log(`PostgreSQL ${server.version}, ${tables} tables of 10 columns, medians of ${RUNS}`);
  console.log(`  pg_dump -s                     ${ms(median(dumps))}`);
  console.log(`  snapshot                       ${ms(median(snapshots))}, the first ${ms(snapshots[0])}`);
  console.log(`  ratio                          ${(median(snapshots) / median(dumps)).toFixed(2)}  goal ${GOAL}`);
  console.log(`  opening of the observer        ${ms(median(openings))}`);
  for (const [what, took] of await measureSteps()) console.log(`  ${what.padEnd(30)} ${ms(took)}`);
} finally {
  await server[Symbol.asyncDispose]();
}

/** A migration makes a table, changes it and drops it, several times; medians per statement. */
async function measureSteps() {
  const watch = await schemaObserver.open({ server, database: 'postgres', bookkeeping: [] });
  const session = await connect(server.target('postgres').connectionString, { applicationName: 'bench' });
  const took = new Map(STATEMENTS.map((sql) => [`after ${sql.split(' ').slice(0, 2).join(' ')}`, []]));
  try {
    for (let step = 0; step < STEPS; step += 1) {
      for (const [place, sql] of STATEMENTS.entries()) {
        await session.script(sql);
        const begun = performance.now();
        await watch.afterStep();
        [...took.values()][place].push(performance.now() - begun);
      }
    }
    const begun = performance.now();
    await watch.verify();
    return [...[...took].map(([what, times]) => [what, median(times)]), ['verify', performance.now() - begun]];
  } finally {
    await session[Symbol.asyncDispose]();
    await watch[Symbol.asyncDispose]();
  }
}

async function makeTables() {
  const session = await connect(server.target('postgres').connectionString, { applicationName: 'bench' });
  for (let table = 1; table <= tables; table += 1) await session.script(tableOf(table));
  await session[Symbol.asyncDispose]();
}

function tableOf(number) {
  return `create table t${number} (
    id bigserial primary key, quantity integer not null default 0, name text, code varchar(50), price numeric(10, 2),
    placed timestamptz default now(), extra jsonb, active boolean not null default false,
    parent bigint ${number > 1 ? `references t${number - 1}` : ''}, state text check (state <> ''));
  create index on t${number} (parent);
  create index on t${number} (name, code)`;
}

function dump() {
  const { host, port, user, password } = server.target('postgres');
  execFileSync('pg_dump', ['-s', '-h', host, '-p', String(port), '-U', user, '-f', '/dev/null', 'postgres'], {
    env: { ...process.env, PGPASSWORD: password },
  });
}

async function snapshot() {
  const session = await connect(server.target('postgres').connectionString, { applicationName: 'bench' });
  await readSchemaSnapshot(session, { server, database: 'postgres', bookkeeping: [] });
  await session[Symbol.asyncDispose]();
}

async function open() {
  const watch = await schemaObserver.open({ server, database: 'postgres', bookkeeping: [] });
  await watch[Symbol.asyncDispose]();
}

async function time(work) {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function median(times) {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
}

function ms(took) {
  return `${took.toFixed(took < 10 ? 1 : 0)} ms`;
}
