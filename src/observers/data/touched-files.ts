import { connect, type Database } from '../../postgres/connect.ts';
import { INSUFFICIENT_PRIVILEGE, sqlStateOf } from '../../postgres/sqlstate.ts';
import type { RowWrites } from '../../recording/data-ledger.ts';

/** What the write-ahead log says since the last look. */
export interface Touched {
  /** Files with records that can have changed contents. Absent: the log cannot tell, so everything may have changed. */
  readonly filenodes?: ReadonlySet<number>;
  /** Row operations of committed transactions per file. */
  readonly writes: ReadonlyMap<number, RowWrites>;
  /** Some transaction is open or prepared: what it wrote so far becomes visible later, without another record of it. */
  readonly unfinished: boolean;
}

export interface LogReader extends AsyncDisposable {
  /** @param worthBytes Above this much log, reading the tables again is cheaper than reading the log. */
  look(worthBytes: number): Promise<Touched>;
}

/** What is made in the database for upkeep to read the log; nothing else of observers' is left there. */
export const LOG_EXTENSION = 'pg_walinspect';

/** Begins to read the log of a server. `upkeep` is the database in which helper extensions may be created. */
export async function openLogReader(upkeep: string, database: string): Promise<LogReader> {
  const session = await connect(upkeep, { applicationName: 'pgrehearse observer data log' });
  // `emit` must wait for the log to be written out; the server's default may be not to.
  await session.script("set synchronous_commit = on; set timezone = 'UTC'; set statement_timeout = 0");
  const query = await recordsQuery(session);
  const first = await place(session).catch(unlessWithoutLog);
  if (!first) return { ...BLIND, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
  let since = first;
  return {
    look: async (worthBytes) => {
      const now = await place(session);
      const records = query ? await readRecords(session, { query, database, since, now, worthBytes }) : undefined;
      // From the mark, not from the end just read: that end may lie inside a record of somebody else.
      since = now;
      return summarise(records, now.unfinished);
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** Reads everything each time: as where the log cannot be read. */
const BLIND: Pick<LogReader, 'look'> = { look: () => Promise.resolve({ writes: new Map(), unfinished: false }) };

/** Aurora has no log of this kind unless logical replication is on, and says so in several ways. */
function unlessWithoutLog(error: unknown): undefined {
  if (WITHOUT_LOG.has(sqlStateOf(error))) return undefined;
  throw error;
}

/** feature_not_supported, object_not_in_prerequisite_state, insufficient_privilege */
const WITHOUT_LOG: ReadonlySet<string | undefined> = new Set(['0A000', '55000', INSUFFICIENT_PRIVILEGE]);

interface Place {
  /** End of our own record: the boundary between this look and the next. */
  readonly mark: string;
  /** Everything before it is written out and can be read. */
  readonly end: string;
  /** As of a moment after `mark` and before the tables are read. */
  readonly unfinished: boolean;
  /** What the log's 32 bits of a transaction id lack. */
  readonly epoch: string;
}

/** The order matters: a transaction that is not among the unfinished has its records before our reading of the tables. */
async function place(session: Database): Promise<Place> {
  const [emitted] = await session.query<{ mark: string }>(
    "select pg_catalog.pg_logical_emit_message(true, 'pgrehearse', '')::text as mark",
  );
  const [row] = await session.query<{ end: string; snapshot: string }>(
    'select pg_catalog.pg_current_wal_flush_lsn()::text as end, pg_catalog.pg_current_snapshot()::text as snapshot',
  );
  const [, next = '0', running = ''] = row?.snapshot.split(':') ?? [];
  if (!emitted || !row) throw new Error('The server gave no position in its write-ahead log.');
  const epoch = ((BigInt(next) >> 32n) << 32n).toString();
  return { mark: emitted.mark, end: row.end, unfinished: running !== '', epoch };
}

interface RecordRow {
  readonly filenode: number;
  readonly operation: 'insert' | 'update' | 'delete' | null;
  readonly rows: string;
}

interface Window {
  readonly query: string;
  readonly database: string;
  readonly since: Place;
  readonly now: Place;
  readonly worthBytes: number;
}

/** Undefined when the log of that stretch is gone, too long to be worth reading, or otherwise not readable. */
async function readRecords(session: Database, window: Window): Promise<RecordRow[] | undefined> {
  const { query, database, since, now, worthBytes } = window;
  if (position(now.end) - position(since.mark) > worthBytes) return undefined;
  try {
    return await session.query<RecordRow>(query, [since.mark, now.end, database, now.epoch]);
  } catch {
    return undefined;
  }
}

/** `16/B374D848`: two halves of a count of bytes. */
function position(lsn: string): number {
  const [high = '0', low = '0'] = lsn.split('/');
  return Number.parseInt(high, 16) * 2 ** 32 + Number.parseInt(low, 16);
}

/** Only records that leave visible contents as they are: pruning, freezing, row locks, hint bits. */
const HARMLESS = `(
  r.resource_manager = 'Heap2' and (r.record_type like 'PRUNE%' or r.record_type in ('VACUUM', 'VISIBLE', 'FREEZE_PAGE', 'LOCK_UPDATED', 'CLEAN'))
  or r.resource_manager = 'Heap' and r.record_type = 'LOCK'
  or r.resource_manager = 'XLOG' and r.record_type = 'FPI_FOR_HINT')`;

/** A row that moves to another page has two blocks in one record; the first stands for it. */
const SUMMARY = `
select r.filenode::int8::float8 as filenode, o.operation, pg_catalog.sum(r.rows)::text as rows
from grouped r
cross join lateral (select case
  when not r.first or pg_catalog.pg_xact_status((r.xid::text::int8 + $4::int8)::text::xid8) is distinct from 'committed' then null
  when r.record_type like '%INSERT%' then 'insert'
  when r.record_type like '%UPDATE%' then 'update'
  when r.record_type like 'DELETE%' then 'delete' end as operation) o
group by 1, 2`;

const ROWS = (tuples: string): string => `pg_catalog.sum(case
    when r.record_type like 'MULTI_INSERT%' then pg_catalog.substring(r.description, '${tuples}')::int8
    else 1 end) as rows`;

const BLOCKS = `
with grouped as (
  select r.relfilenode as filenode, case when r.resource_manager like 'Heap%' then r.record_type end as record_type,
    r.block_id = 0 as first, case when r.resource_manager like 'Heap%' then r.xid else '0'::xid end as xid, ${ROWS('ntuples: (\\d+)')}
  from SCHEMA.pg_get_wal_block_info($1::pg_lsn, $2::pg_lsn, false) r
  where r.relforknumber = 0
    and r.reldatabase in (0, (select d.oid from pg_catalog.pg_database d where d.datname = $3)) and not ${HARMLESS}
  group by 1, 2, 3, 4
)`;

/** 15 gives the blocks of a record as one text: `blkref #0: rel 1663/5/16397 fork main blk 0`. */
const REFERENCES = `
with grouped as (
  select pg_catalog.split_part(b.place, '/', 3)::oid as filenode,
    case when r.resource_manager like 'Heap%' then r.record_type end as record_type,
    b.at = 2 as first, case when r.resource_manager like 'Heap%' then r.xid else '0'::xid end as xid, ${ROWS('(\\d+) tuples')}
  from SCHEMA.pg_get_wal_records_info($1::pg_lsn, $2::pg_lsn) r
  cross join lateral (
    select p.at, pg_catalog.split_part(p.part, ' ', 1) as place, pg_catalog.split_part(p.part, ' ', 3) as fork
    from pg_catalog.string_to_table(r.block_ref, 'rel ') with ordinality p (part, at)) b
  where b.at > 1 and b.fork = 'main'
    and pg_catalog.split_part(b.place, '/', 2)::oid in (0, (select d.oid from pg_catalog.pg_database d where d.datname = $3))
    and not ${HARMLESS}
  group by 1, 2, 3, 4
)`;

/** Undefined where the server cannot show its log: before 15, without the extension, or with too little in the log. */
async function recordsQuery(session: Database): Promise<string | undefined> {
  try {
    await session.query(`create extension if not exists ${LOG_EXTENSION}`);
  } catch {
    return undefined;
  }
  const [facts] = await session.query<{ level: string; blocks: boolean; schema: string }>(
    "select pg_catalog.current_setting('wal_level') as level, " +
      "exists (select from pg_catalog.pg_proc p where p.proname = 'pg_get_wal_block_info') as blocks, " +
      `(select pg_catalog.quote_ident(n.nspname) from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace where e.extname = '${LOG_EXTENSION}') as schema`,
  );
  if (!facts || facts.level === 'minimal') return undefined;
  return (facts.blocks ? BLOCKS : REFERENCES).replace('SCHEMA', facts.schema) + SUMMARY;
}

function summarise(records: readonly RecordRow[] | undefined, unfinished: boolean): Touched {
  if (!records) return { writes: new Map(), unfinished };
  const writes = new Map<number, RowWrites>();
  for (const { filenode, operation, rows } of records) {
    const sofar = writes.get(filenode) ?? { insertedRows: 0, updatedRows: 0, deletedRows: 0 };
    writes.set(filenode, {
      insertedRows: sofar.insertedRows + (operation === 'insert' ? Number(rows) : 0),
      updatedRows: sofar.updatedRows + (operation === 'update' ? Number(rows) : 0),
      deletedRows: sofar.deletedRows + (operation === 'delete' ? Number(rows) : 0),
    });
  }
  return { filenodes: new Set(records.map(({ filenode }) => filenode)), writes, unfinished };
}
