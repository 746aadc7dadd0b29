import { createHash } from 'node:crypto';
import { connect, type Database } from '../postgres/connect.ts';
import { sqlStateOf } from '../postgres/sqlstate.ts';
import type { InvariantReading } from '../recording/recording.ts';
import { toError } from '../support/errors.ts';
import { redact } from '../support/redact.ts';
import type { Observer } from './observer.ts';

export interface Invariant {
  readonly name: string;
  readonly sql: string;
  readonly expect: string;
}

/** Evaluates the queries of the config after every step, each in a read-only transaction that is rolled back. */
export const invariantsObserver = (invariants: readonly Invariant[]): Observer => ({
  id: 'invariants',

  async open({ server, database }) {
    const session = await connect(server.target(database).connectionString, {
      applicationName: 'pgrehearse observer invariants',
    });
    await session.script(CONDUCT);
    const readAll = async (): Promise<InvariantReading[]> => {
      const readings: InvariantReading[] = [];
      for (const { name, sql } of invariants) readings.push({ name, ...(await read(session, sql)) });
      return readings;
    };
    const start = await readAll();
    return {
      start: {
        invariants: invariants.map(({ name, expect }, i) => ({
          name,
          expect,
          start: start[i] ?? { name, value: '', rows: 0 },
        })),
      },
      afterStep: async () => ({ invariants: await readAll() }),
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  },
});

/**
 * Read only also after a `commit` in the query. No time limit but for locks: what a migration left open would hold us up
 * for ever.
 */
const CONDUCT = `
set default_transaction_read_only = on;
set statement_timeout = 0;
set lock_timeout = '60s'`;

type Reading = Omit<InvariantReading, 'name'>;

async function read(session: Database, sql: string): Promise<Reading> {
  try {
    await session.query('begin transaction read only');
    const [rows = [], ...others] = await session.script(sql);
    if (others.length > 0) return { rows: 0, value: '', error: `it holds ${others.length + 1} statements, not one` };
    return { rows: rows.length, value: valueOf(rows) };
  } catch (error) {
    return { rows: 0, value: '', error: withoutValues(error) };
  } finally {
    await session.query('rollback');
  }
}

/** The server's message, where it cannot hold a value of a row. A function that the query calls can raise anything. */
export function withoutValues(error: unknown): string {
  const sqlState = sqlStateOf(error);
  if (sqlState === undefined) return redact(toError(error).message);
  const routine: unknown = error instanceof Error ? Reflect.get(error, 'routine') : undefined;
  const isRaised = typeof routine === 'string' && routine.startsWith('exec_stmt_');
  if (HARMLESS_CLASSES.test(sqlState) && !isRaised) return redact(toError(error).message);
  return `SQLSTATE ${sqlState}; the message may hold values of rows and is left out`;
}

/** Transaction state, names and syntax, resources, limits, locks and cancellation. */
const HARMLESS_CLASSES = /^(?:0A|25|40|42|53|54|55|57)/;

/** An aggregate is shown; rows of a table are not: they become a count and a hash. */
export function valueOf(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const [first] = rows;
  const values = Object.values(first ?? {});
  const [only] = values;
  if (rows.length === 1 && values.length === 1 && isPlain(only)) return String(only);
  const hash = createHash('sha256').update(JSON.stringify(rows)).digest('hex').slice(0, 16);
  return `${rows.length} row${rows.length === 1 ? '' : 's'}, sha256 ${hash}`;
}

/** Numbers arrive as text where JavaScript's would round. */
const isPlain = (value: unknown): boolean =>
  typeof value === 'number' ||
  typeof value === 'boolean' ||
  value === null ||
  (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value));
