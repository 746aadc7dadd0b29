import { createHash } from 'node:crypto';
import { connect, type Database } from '../postgres/connect.ts';
import type { InvariantReading } from '../recording/recording.ts';
import { toError } from '../support/errors.ts';
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

type Reading = Omit<InvariantReading, 'name'>;

async function read(session: Database, sql: string): Promise<Reading> {
  try {
    await session.query('begin transaction read only');
    const rows = await session.query<Record<string, unknown>>(sql);
    return { rows: rows.length, value: valueOf(rows) };
  } catch (error) {
    return { rows: 0, value: '', error: toError(error).message };
  } finally {
    await session.query('rollback');
  }
}

/** An aggregate is shown; rows of a table are not: they become a count and a hash. */
function valueOf(rows: readonly Readonly<Record<string, unknown>>[]): string {
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
