/**
 * A whole rehearsal (up, down, up for each migration, then everything back; all of it observed and recorded) against the
 * same steps by the migration tool alone.
 *
 *   npm run build && node bench/rehearsal-overhead.mjs [migrations, default 500] [knex|sql, default knex]
 *     [tables there before, default 0] [rounds, default 1]
 *
 * `knex`: one knex calls `migrate.up` and `migrate.down`. `sql`: golang-migrate's files and bookkeeping statements, sent
 * by `pg` in a plain loop. The tool runs twice: over one connection, and over a new one whenever the direction turns, as
 * in production, where each direction is a run of its own; the rehearsal does the latter. Each run is a process of its own
 * on an equal server. Wall clock: the server of the tool is started before it, ours after. CPU: everything, with the
 * servers, where the system tells it (Linux). With knex the rehearsal ends with all migrations once more at once.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childrenCpuMs, isChildrenCpuKnown } from './children-cpu.mjs';

const GOAL = 2;
const ROLES = {
  tool: (spec) => runTool({ ...spec, turns: false }),
  turning: (spec) => runTool({ ...spec, turns: true }),
  ours: runOurs,
};
const [role] = process.argv.slice(2);

if (role in ROLES) {
  const result = await ROLES[role](JSON.parse(process.argv[3]));
  const { user, system } = process.cpuUsage();
  // By now the server and the process of the migrations have ended.
  process.send({ ...result, cpuMs: (user + system) / 1000 + childrenCpuMs() });
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
      const order = round % 2 === 0 ? ['tool', 'turning', 'ours'] : ['ours', 'turning', 'tool'];
      const results = {};
      for (const name of order) results[name] = await inProcess(name, spec);
      print(results, migrations * 4);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function print({ tool, turning, ours }, steps) {
  const line = (name, ms, cpuMs) => {
    const cpu = cpuMs === undefined || !isChildrenCpuKnown ? '' : `   CPU ${(cpuMs / steps).toFixed(2).padStart(7)}`;
    console.log(`  ${name.padEnd(36)}${(ms / steps).toFixed(2).padStart(8)}${cpu}`);
  };
  const ratio = (name, of) => {
    const cpu = isChildrenCpuKnown ? `   CPU ${(ours.cpuMs / of.cpuMs).toFixed(2).padStart(7)}` : '';
    console.log(`  ${name.padEnd(36)}${(ours.ms / of.ms).toFixed(2).padStart(8)}${cpu}   goal ${GOAL}`);
  };
  console.log(`PostgreSQL ${ours.version}, Node ${process.versions.node}, milliseconds per step`);
  line('tool alone, one connection', tool.ms, tool.cpuMs);
  line('tool alone, a new one at each turn', turning.ms, turning.cpuMs);
  line('rehearsal', ours.ms, ours.cpuMs);
  line('  before the first step', ours.startMs);
  line('  in the tool', ours.toolMs);
  line('  after the tool, side by side:', ours.observedMs);
  for (const [id, ms] of Object.entries(ours.observers)) line(`    ${id}`, ms);
  line('  after the last step', ours.ms - ours.startMs - ours.toolMs - ours.observedMs);
  ratio('rehearsal / tool, one connection', tool);
  ratio('rehearsal / tool, new at each turn', turning);
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
async function runTool({ folder, tool, migrations, turns }) {
  const { localServer } = await import('../dist/server/index.js');
  const spec = { settings: {}, projectFolder: folder };
  const server = await localServer.start(spec, new AbortController().signal);
  try {
    const connection = server.target('postgres').connectionString;
    await query(connection, `${readFileSync(join(folder, 'base.sql'), 'utf8')}; analyze`);
    const steps = stepsOf(namesOf(migrations, tool));
    const startedMs = performance.now();
    await (tool === 'knex' ? loopKnex : loopSql)(steps, { folder, connection, turns });
    return { ms: performance.now() - startedMs };
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

async function query(connection, text) {
  const client = await connected(connection);
  await client.query(text);
  await client.end();
}

async function connected(connection) {
  const { default: pg } = await import('pg');
  const client = new pg.Client(connection);
  await client.connect();
  return client;
}

/** In the rehearsal's order. */
function stepsOf(names) {
  const steps = names.flatMap((name, at) => ['up', 'down', 'up'].map((direction) => ({ name, at, direction })));
  return [...steps, ...names.map((name, at) => ({ name, at, direction: 'down' })).toReversed()];
}

async function loopKnex(steps, { folder, connection, turns }) {
  const knex = createRequire(join(folder, 'package.json'))('knex')({
    client: 'pg',
    connection,
    pool: { min: 1, max: 1 },
    migrations: { directory: join(folder, 'migrations') },
  });
  for (const [index, { name, direction }] of steps.entries()) {
    if (turns && index > 0 && steps[index - 1].direction !== direction) {
      await knex.destroy();
      knex.initialize();
    }
    await knex.migrate[direction]({ name });
  }
  await knex.destroy();
}

async function loopSql(steps, { folder, connection, turns }) {
  await query(connection, 'create table schema_migrations (version bigint primary key, dirty boolean not null)');
  let client = await connected(connection);
  const setVersion = async (version, dirty) => {
    await client.query('begin');
    await client.query('truncate schema_migrations');
    await client.query('insert into schema_migrations (version, dirty) values ($1, $2)', [version, dirty]);
    await client.query('commit');
  };
  for (const [index, { name, at, direction }] of steps.entries()) {
    if (turns && index > 0 && steps[index - 1].direction !== direction) {
      await client.end();
      client = await connected(connection);
    }
    const version = direction === 'up' ? at + 1 : at;
    await client.query('select version, dirty from schema_migrations limit 1');
    await setVersion(version, true);
    await client.query(readFileSync(join(folder, 'migrations', `${name}.${direction}.sql`), 'utf8'));
    await setVersion(version, false);
  }
  await client.end();
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
