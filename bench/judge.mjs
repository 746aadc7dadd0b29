/**
 * CPU of judging a recording and of writing every report, on a recording of many steps that is made up here.
 *
 *   npm run build && node bench/judge.mjs [steps, default 5000]
 *
 * No database. Each migration is applied, reverted, applied again and unwound; the way back of every tenth leaves an index
 * behind and loses a row, so that checks and reports have something to say.
 */
import { judge, parseRecording, REPORTERS } from '../dist/index.js';

const GOAL_SECONDS = 1;
const TABLES = 200;
const COLUMNS = 12;
const ROWS = 1000;
const reading = { name: 'ledger balances', value: '1234.56', rows: 1 };
const invariant = { name: 'ledger balances', expect: 'unchanged', start: reading };
const migrations = Math.ceil(Number(process.argv[2] ?? 5000) / 4);

/** Columns that were added to a table, and its rows; what the next step finds. */
const tables = new Map();
const text = JSON.stringify(makeRecording());

const parsing = cpuOf(() => parseRecording(text, 'recording.json'));
const recording = parsing.result;
const judging = cpuOf(() => judge(recording, { checks: {}, waivers: [], today: '2026-11-23' }));
const verdict = judging.result;
const reports = REPORTERS.map((reporter) => ({
  id: reporter.id,
  ...cpuOf(() => reporter.render(verdict, recording)),
}));
// The report in JSON is the recording once more; the others are for people.
const texts = reports.filter(({ id }) => id !== 'json');
const seconds = judging.seconds + texts.reduce((sum, report) => sum + report.seconds, 0);

console.log(`Node ${process.versions.node}, ${recording.steps.length} steps, recording of ${megabytes(text)}`);
line('judge', judging.seconds, `${verdict.outcome}, ${verdict.findings.length} findings`);
for (const report of texts) line(`report ${report.id}`, report.seconds, megabytes(report.result));
line('together', seconds, `goal ${GOAL_SECONDS}`);
line('(besides: reading it)', parsing.seconds, '');
for (const report of reports.filter(({ id }) => id === 'json')) {
  line('(besides: report json)', report.seconds, megabytes(report.result));
}

function line(name, cpuSeconds, remark) {
  console.log(`  ${name.padEnd(24)} ${cpuSeconds.toFixed(3).padStart(7)} s CPU   ${remark}`);
}

function megabytes(of) {
  return `${(Buffer.byteLength(of) / 1e6).toFixed(1)} MB`;
}

/** Once and cold, as the command does it. */
function cpuOf(work) {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
}

function makeRecording() {
  const ids = Array.from({ length: migrations }, (_, at) => `2024${String(at).padStart(8, '0')}_change_${at}.js`);
  const steps = [
    ...ids.flatMap((id, at) => [
      step(id, at, 'up', 'apply'),
      step(id, at, 'down', 'revert'),
      step(id, at, 'up', 'reapply'),
    ]),
    ...ids
      .map((id, at) => [id, at])
      .toReversed()
      .map(([id, at]) => step(id, at, 'down', 'unwind')),
  ];
  return {
    format: 1,
    tool: { name: 'pgrehearse', version: '0.1.0' },
    startedAt: '2026-11-23T04:00:00.000Z',
    durationMs: steps.length * 20,
    server: { provider: 'local', version: '18.4', major: 18, migrationRole: 'app', settings: { timezone: 'UTC' } },
    backup: {
      format: 'custom',
      file: 'backup.dump',
      bytes: 1e9,
      createdAt: '2026-11-23T01:00:00.000Z',
      serverMajor: 18,
      restoreMs: 9000,
      shimmedRoles: ['app'],
      missingExtensions: [],
      complaints: [],
      tables: TABLES,
      rows: TABLES * ROWS,
    },
    plan: {
      tool: 'knex',
      scope: 'pending',
      forwardOnly: false,
      migrations: ids.map((id, at) => planned(id, ids[at - 1])),
      problems: [],
      applied: [],
    },
    observed: ['statements', 'schema', 'data', 'invariants'],
    observerFailures: [],
    start: { schema: startSchema(), data: startLedger(), invariants: [invariant] },
    steps,
  };
}

function planned(id, previous) {
  return {
    id,
    dependsOn: previous === undefined ? [] : [previous],
    reversible: true,
    files: [`migrations/${id}`],
    checksum: 'c'.repeat(64),
    waivers: [],
    applied: false,
    rehearsed: true,
  };
}

/** Odd migrations make a table, even ones add a column and an index to an old table. */
function step(migration, at, direction, purpose) {
  const isBad = at % 10 === 0;
  const rebuilt = purpose === 'apply' ? rebuildAfter(at - 1) : undefined;
  const [schema, data] = at % 2 === 1 ? newTable(at, direction) : newColumn(at, { direction, purpose, isBad });
  return {
    migration,
    direction,
    purpose,
    status: 'completed',
    durationMs: 5 + (at % 7),
    observations: {
      statements: ['begin', `alter table t${at % TABLES} add column added_${at} int`, 'commit'].map((sql) => ({
        sql,
        durationMs: 1.5,
      })),
      schema,
      data,
      invariants: [reading],
    },
    ...(rebuilt && { rebuilt }),
  };
}

function newTable(at, direction) {
  const relation = `public.made_${at}`;
  const schema = tableObjects(relation).map(({ properties, ...object }) => ({ ...object, after: properties }));
  const data = [{ relation, after: ledgerOf(relation) }];
  return direction === 'up' ? [schema, data] : [schema.map(turned), data.map(turned)];
}

function newColumn(at, { direction, purpose, isBad }) {
  const relation = `public.t${at % TABLES}`;
  const table = tables.get(relation) ?? { added: [], rows: ROWS };
  const column = { kind: 'column', name: `${relation}.added_${at}`, parent: relation, after: columnProperties(20) };
  const definition = `CREATE INDEX t${at}_added_idx ON ${relation} USING btree (added_${at})`;
  const index = {
    kind: 'index',
    name: `public.t${at}_added_idx`,
    parent: relation,
    after: { definition, valid: true },
  };
  const isIndexKept = isBad && (purpose === 'revert' || purpose === 'reapply');
  const schema = isIndexKept ? [column] : [column, index];
  const before = ledgerOf(relation);
  tables.set(relation, {
    added: direction === 'up' ? [...table.added, at] : table.added.filter((other) => other !== at),
    rows: table.rows - (isBad && purpose === 'revert' ? 1 : 0),
  });
  const data = [{ relation, before, after: ledgerOf(relation) }];
  return [direction === 'up' ? schema : schema.map(turned), data];
}

/** As the rehearsal does when a way back was bad: the row that it lost is there again. */
function rebuildAfter(at) {
  if (at < 0 || at % 10 !== 0) return undefined;
  const relation = `public.t${at % TABLES}`;
  const before = ledgerOf(relation);
  tables.set(relation, { ...tables.get(relation), rows: ROWS });
  const data = [{ relation, before, after: ledgerOf(relation) }];
  return { reason: 'taking it back and applying it again changed the database', durationMs: 900, schema: [], data };
}

function turned({ before, after, ...rest }) {
  return { ...rest, ...(after && { before: after }), ...(before && { after: before }) };
}

function ledgerOf(relation) {
  const { added, rows } = tables.get(relation) ?? { added: [], rows: ROWS };
  const names = [...Array.from({ length: COLUMNS }, (_, at) => `c${at}`), ...added.map((at) => `added_${at}`)];
  const columns = names.map((name, at) => [
    name,
    { type: 'integer', number: at + 1, fingerprint: fingerprint(`${relation}.${name} ${rows}`), nullRows: 0 },
  ]);
  return { oid: 16_384, kind: 'table', rows, key: ['c0'], columns: Object.fromEntries(columns) };
}

/** 16 digits, the same for the same text. */
function fingerprint(of) {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(of)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

function startSchema() {
  const objects = Array.from({ length: TABLES }, (_, at) => tableObjects(`public.t${at}`)).flat();
  return Object.fromEntries(objects.map((object) => [`${object.kind} ${object.name}`, object]));
}

function startLedger() {
  const names = Array.from({ length: TABLES }, (_, at) => `public.t${at}`);
  return { tables: Object.fromEntries(names.map((name) => [name, ledgerOf(name)])), sequences: {}, unread: {} };
}

function tableObjects(table) {
  return [
    { kind: 'table', name: table, properties: { owner: 'app', persistence: 'permanent', rowSecurity: false } },
    ...Array.from({ length: COLUMNS }, (_, at) => ({
      kind: 'column',
      name: `${table}.c${at}`,
      parent: table,
      properties: columnProperties(at + 1),
    })),
    {
      kind: 'constraint',
      name: `${table}.pkey`,
      parent: table,
      properties: { definition: 'PRIMARY KEY (c0)', validated: true },
    },
  ];
}

function columnProperties(position) {
  return { type: 'integer', notNull: position === 1, position, storage: 'plain' };
}
