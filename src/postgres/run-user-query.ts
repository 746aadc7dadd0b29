import { toError } from '../support/errors.ts';
import type { Database } from './connect.ts';
import { cutConnection } from './read-only-session.ts';
import { DRIVER_TIMEOUT } from './sqlstate.ts';

/**
 * Runs one statement that the user wrote, in a read-only transaction that is rolled back, with the role's own search
 * path. The extended protocol takes one statement only, so that none can end the transaction and write behind it.
 * Nobody else may use the session meanwhile.
 */
export async function runUserQuery(
  { client }: Database,
  sql: string,
  { statementTimeoutMs, lockTimeoutMs }: { readonly statementTimeoutMs: number; readonly lockTimeoutMs: number },
): Promise<Record<string, unknown>[]> {
  try {
    await client.query(
      'BEGIN TRANSACTION READ ONLY;' +
        `SET LOCAL statement_timeout=${statementTimeoutMs};SET LOCAL lock_timeout=${lockTimeoutMs}`,
    );
    const { rows } = await client.query({ text: sql, queryMode: 'extended' } as { text: string });
    return rows as Record<string, unknown>[];
  } catch (error) {
    // A server that does not keep to its own limit answers no ROLLBACK either, nor the next query.
    if (toError(error).message === DRIVER_TIMEOUT) cutConnection(client);
    throw error;
  } finally {
    await client.query('ROLLBACK').catch(() => {});
  }
}
