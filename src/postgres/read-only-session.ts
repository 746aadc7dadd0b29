import type { Client, QueryResult } from 'pg';

import { toError } from '../support/errors.ts';
import type { Database } from './connect.ts';
import { DRIVER_TIMEOUT } from './sqlstate.ts';

export interface SessionLimits {
  readonly statementMs: number;
  readonly lockMs: number;
  readonly signal?: AbortSignal;
}

/** `query` and `script` of a database that is only read: each in a transaction of its own, one after the other. */
export function readOnlySession(client: Client, limits: SessionLimits): Omit<Database, typeof Symbol.asyncDispose> {
  let last: Promise<unknown> = Promise.resolve();
  const alone = <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    const answer = last.then(() => inTransaction(client, limits, ask));
    last = answer.catch(() => {});
    return answer;
  };
  return {
    client,
    processId: (client as unknown as { processID: number }).processID,
    query: <Row>(sql: string, values: readonly unknown[] = []) =>
      alone(async () => (await client.query(sql, [...values])).rows as Row[]),
    script: (sql) =>
      alone(async () => {
        const results = (await client.query(sql)) as QueryResult | QueryResult[];
        return (Array.isArray(results) ? results : [results]).map(({ rows }) => rows as Record<string, unknown>[]);
      }),
  };
}

async function inTransaction<Answer>(
  client: Client,
  { statementMs, lockMs, signal }: SessionLimits,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  signal?.throwIfAborted();
  try {
    await client.query(
      'BEGIN TRANSACTION READ ONLY;' +
        `SET LOCAL statement_timeout=${statementMs};SET LOCAL lock_timeout=${lockMs};` +
        'SET LOCAL idle_in_transaction_session_timeout=30000;SET LOCAL search_path=pg_catalog;SET LOCAL jit=off',
    );
    const answer = await ask();
    await client.query('COMMIT');
    return answer;
  } catch (error) {
    // Cut by the signal, the driver only says that the connection ended.
    signal?.throwIfAborted();
    // A server that does not keep to its own limit answers no ROLLBACK either; the rest must not wait for it one by one.
    if (toError(error).message === DRIVER_TIMEOUT) cutConnection(client);
    else await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** The driver has no way to drop a connection without a word to the server. */
export const cutConnection = (client: Client): void => {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
};
