import type { BookkeepingTable } from '../../migrations/source.ts';
import { readForeignSchema } from '../../observers/schema/index.ts';
import type { Database } from '../../postgres/connect.ts';
import type { SchemaSnapshot } from '../../recording/schema-snapshot.ts';

/**
 * Production's schema without the tool's books, read as any role that may connect can. Printing a view waits for a lock on
 * what it reads from; behind an ALTER that waits itself, the session's own limit ends that.
 *
 * @throws the driver's error
 */
export async function readProductionSchema(
  database: Database,
  bookkeeping: readonly BookkeepingTable[],
): Promise<SchemaSnapshot> {
  const [row] = await database.query<{ major: number }>(
    `select pg_catalog.current_setting('server_version_num')::int / 10000 as major`,
  );
  return readForeignSchema(database, { major: row?.major ?? 0, bookkeeping });
}
