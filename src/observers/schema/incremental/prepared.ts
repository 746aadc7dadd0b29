import type { Database } from '../../../postgres/connect.ts';

/** A query about units with certain numbers, `$1`. */
export interface PreparedQuery {
  /** Unique within the session. */
  readonly name: string;
  readonly sql: string;
}

/** Runs queries in one round trip; planning one costs more than running it, so each is prepared at its first use. */
export function preparedQueries(session: Database) {
  const known = new Set<string>();

  return async function run(
    queries: readonly PreparedQuery[],
    oids: readonly (readonly string[])[],
  ): Promise<Record<string, unknown>[][]> {
    const missing = queries.filter(({ name }) => !known.has(name));
    if (missing.length > 0) {
      await session.script(missing.map(({ name, sql }) => `prepare ${name}(oid[]) as ${sql}`).join(';\n'));
      for (const { name } of missing) known.add(name);
    }
    if (queries.length === 0) return [];
    return session.script(
      queries.map(({ name }, place) => `execute ${name}('{${(oids[place] ?? []).join(',')}}')`).join(';'),
    );
  };
}
