import type { KnexLike } from './knex-like.ts';

/** Number of rows. Past knex, whose results and identifiers the user's configuration may rewrite. */
export async function queryDirectly(
  { client }: KnexLike,
  sql: string,
  values: readonly unknown[] = [],
): Promise<number> {
  const connection = await client.acquireConnection();
  try {
    return (await connection.query(sql, values)).rows.length;
  } finally {
    await client.releaseConnection(connection);
  }
}
