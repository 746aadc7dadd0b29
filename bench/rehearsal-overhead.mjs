/**
 * A whole rehearsal (up, down, up for each migration, then everything back; all of it observed and recorded) against the
 * same steps by the migration tool alone.
 *
 *   npm run build && node bench/rehearsal-overhead.mjs [migrations, default 500] [knex|sql, default knex]
 *     [tables there before, default 0] [rounds, default 1]
 *
 * `knex`: one knex calls `migrate.up` and `migrate.down`. `sql`: golang-migrate's files and bookkeeping statements, sent
 * by `pg` in a plain loop. Each in a process of its own, on an equal server that is started before the clock; ours
 * includes the start of its server.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const GOAL = 2;
const ROLES = { tool: runTool, ours: runOurs };
const [role] = process.argv.slice(2);

if (role in ROLES) {
  process.send(await ROLES[role](JSON.parse(process.argv[3])));
  process.disconnect();
} else await main();

async function main() {
  const [migrations = 500, tool = 'knex', tables = 0, rounds = 1] = process.argv
    .slice(2)
    .map((text, at) => (at === 1 ? text : Number(text)));
  const folder = makeProject({ migrations, tool, tables });
  try {
    const spec = { folder, tool, migrations };
    console.log(`${migrations} ${tool} migrations, ${migrations * 4} steps, ${tables} tables there before`);
    for (let round = 0; round < rounds; round += 1) {
      const order = round % 2 === 0 ? ['tool', 'ours'] : ['ours', 'tool'];
      const results = {};
      for (const name of order) results[name] = await inProcess(name, spec);
      print(results, migrations * 4);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function print({ tool, ours }, steps) {
  const perStep = (ms) => `${(ms / steps).toFixed(2).padStart(8)} ms per step`;
  console.log(`PostgreSQL ${ours.version}, Node ${process.versions.node}`);
  console.log(`  tool alone                  ${perStep(tool.ms)}   ${(tool.ms / 1000).toFixed(1)} s`);
  console.log(`  rehearsal                   ${perStep(ours.ms)}   ${(ours.ms / 1000).toFixed(1)} s`);
  console.log(`    before the first step     ${(ours.startMs / 1000).toFixed(1).padStart(8)} s`);
  console.log(`    in the tool               ${perStep(ours.toolMs)}`);
  console.log(`    observed, after the tool  ${perStep(ours.observedMs)}, of which, side by side:`);
  for (const [id, ms] of Object.entries(ours.observers)) console.log(`      ${id.padEnd(24)}${perStep(ms)}`);
  console.log(`  ratio of the whole          ${(ours.ms / tool.ms).toFixed(2).padStart(8)}   goal ${GOAL}`);
  console.log(`  ratio of the steps alone    ${((ours.toolMs + ours.observedMs) / tool.ms).toFixed(2).padStart(8)}`);
}

async function inProcess(name, spec) {
  const child = fork(fileURLToPath(import.meta.url), [name, JSON.stringify(spec)]);
  const ended = once(child, 'exit');
  const [result] = await Promise.race([once(child, 'message'), ended.then(() => [undefined])]);
  await ended;
  if (result === undefined) throw new Error(`the process for "${name}" ended without a result`);
  return result;
}

/** The library, with the observers' work timed one by one. */
async function runOurs({ folder, tool, migrations }) {
  const observers = await timedObservers();
  const { rehearse } = await import('../dist/index.js');
  const request = {
    projectFolder: folder,
    server: { provider: 'local', settings: {} },
    backup: { file: join(folder, 'base.sql') },
    migrations: { tool, directory: 'migrations', options: tool === 'sql' ? { layout: 'golang-migrate' } : {} },
    rehearsal: { scope: 'pending', forwardOnly: false },
    invariants: [],
    showValues: false,
  };
  const startedMs = performance.now();
  let [startMs, observedMs, begunMs] = [0, 0, 0];
  const onEvent = (event) => {
    if (event.kind === 'planned') startMs = performance.now() - startedMs;
    if (event.kind === 'step-started') begunMs = performance.now();
    if (event.kind === 'step-finished') observedMs += performance.now() - begunMs - event.step.durationMs;
  };
  const recording = await rehearse(request, onEvent, new AbortController().signal);
  const ms = performance.now() - startedMs;
  const bad = recording.steps.find(({ status }) => status !== 'completed') ?? recording.observerFailures[0];
  if (bad) throw new Error(`not as expected: ${JSON.stringify(bad)}`);
  if (recording.steps.length !== migrations * 4) throw new Error(`${recording.steps.length} steps`);
  const toolMs = recording.steps.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return { ms, startMs, toolMs, observedMs, observers, version: recording.server.version };
}

/** Milliseconds per observer, which grow while the rehearsal goes on. */
async function timedObservers() {
  const spent = {};
  const { schemaObserver } = await import('../dist/observers/schema/index.js');
  const { dataObserver } = await import('../dist/observers/data/index.js');
  const { statementsObserver } = await import('../dist/observers/statements/index.js');
  for (const observer of [schemaObserver, dataObserver, statementsObserver]) {
    const open = observer.open.bind(observer);
    spent[observer.id] = 0;
    observer.open = async (context) => {
      const watch = await open(context);
      return {
        ...watch,
        afterStep: async () => {
          const begunMs = performance.now();
          const seen = await watch.afterStep();
          spent[observer.id] += performance.now() - begunMs;
          return seen;
        },
      };
    };
  }
  return spent;
}

/** The same steps on a server of the same provider, with nobody looking. */
async function runTool({ folder, tool, migrations }) {
  const { localServer } = await import('../dist/server/index.js');
  const { default: pg } = await import('pg');
  const spec = { settings: {}, projectFolder: folder };
  const server = await localServer.start(spec, new AbortController().signal);
  try {
    const connection = server.target('postgres').connectionString;
    const client = new pg.Client(connection);
    await client.connect();
    await client.query(readFileSync(join(folder, 'base.sql'), 'utf8'));
    await client.query('analyze');
    const startedMs = performance.now();
    await (tool === 'knex' ? loopKnex : loopSql)({ folder, names: namesOf(migrations, tool), connection, client });
    const ms = performance.now() - startedMs;
    await client.end();
    return { ms };
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

async function loopKnex({ folder, names, connection }) {
  const knex = createRequire(join(folder, 'package.json'))('knex')({
    client: 'pg',
    connection,
    migrations: { directory: join(folder, 'migrations') },
  });
  for (const name of names) {
    await knex.migrate.up({ name });
    await knex.migrate.down({ name });
    await knex.migrate.up({ name });
  }
  for (const name of names.toReversed()) await knex.migrate.down({ name });
  await knex.destroy();
}

async function loopSql({ folder, names, client }) {
  await client.query(
    'create table if not exists schema_migrations (version bigint primary key, dirty boolean not null)',
  );
  const setVersion = async (version, dirty) => {
    await client.query('begin');
    await client.query('truncate schema_migrations');
    await client.query('insert into schema_migrations (version, dirty) values ($1, $2)', [version, dirty]);
    await client.query('commit');
  };
  const step = async (at, direction) => {
    const version = direction === 'up' ? at + 1 : at;
    await client.query('select version, dirty from schema_migrations limit 1');
    await setVersion(version, true);
    await client.query(readFileSync(join(folder, 'migrations', `${names[at]}.${direction}.sql`), 'utf8'));
    await setVersion(version, false);
  };
  for (const at of names.keys()) for (const direction of ['up', 'down', 'up']) await step(at, direction);
  for (const at of [...names.keys()].toReversed()) await step(at, 'down');
}

function makeProject({ migrations, tool, tables }) {
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-overhead-'));
  mkdirSync(join(folder, 'migrations'));
  symlinkSync(fileURLToPath(new URL('../node_modules', import.meta.url)), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(
    join(folder, 'base.sql'),
    `select 1;\n${Array.from({ length: tables }, (_, at) => oldTable(at)).join('')}`,
  );
  for (const [at, name] of namesOf(migrations, tool).entries()) {
    const { up, down } = changeOf(at);
    if (tool === 'knex') writeFileSync(join(folder, 'migrations', name), knexModule(up, down));
    else {
      writeFileSync(join(folder, 'migrations', `${name}.up.sql`), up);
      writeFileSync(join(folder, 'migrations', `${name}.down.sql`), down);
    }
  }
  return folder;
}

function namesOf(migrations, tool) {
  return Array.from(
    { length: migrations },
    (_, at) => `${String(at + 1).padStart(5, '0')}_change${tool === 'knex' ? '.js' : ''}`,
  );
}

function oldTable(at) {
  return `create table old_${at} (id int primary key, name text not null, amount int, made timestamptz default now());
insert into old_${at} (id, name, amount) select g, 'name ' || g, g from generate_series(1, 10) g;
create index on old_${at} (name);\n`;
}

/** In turn: a table with 100 rows, a column, an index, an update of some rows, and a column with a default. */
function changeOf(at) {
  const table = `t${Math.floor(at / 5)}`;
  return [
    {
      up: `create table ${table} (id int primary key, name text not null, amount int not null);
insert into ${table} select g, 'name ' || g, g from generate_series(1, 100) g`,
      down: `drop table ${table}`,
    },
    { up: `alter table ${table} add column note text`, down: `alter table ${table} drop column note` },
    { up: `create index ${table}_name on ${table} (name)`, down: `drop index ${table}_name` },
    {
      up: `update ${table} set amount = amount + 1 where id <= 20`,
      down: `update ${table} set amount = amount - 1 where id <= 20`,
    },
    {
      up: `alter table ${table} add column paid boolean not null default false`,
      down: `alter table ${table} drop column paid`,
    },
  ][at % 5];
}

function knexModule(up, down) {
  return `exports.up = (knex) => knex.raw(${JSON.stringify(up)});\nexports.down = (knex) => knex.raw(${JSON.stringify(down)});\n`;
}
