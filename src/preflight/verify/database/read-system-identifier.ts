import type { Database } from '../../../postgres/connect.ts';

/** The same on a server and all copies of its data directory: standbys, restored snapshots. Managed services may refuse. */
export async function readSystemIdentifier(database: Database): Promise<string> {
  const [row] = await database.query<{ id: string }>(
    'select system_identifier::pg_catalog.text as id from pg_catalog.pg_control_system()',
  );
  return row?.id ?? '';
}
