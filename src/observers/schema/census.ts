import type { Database } from '../../postgres/connect.ts';
import type { Reader } from './reader.ts';
import { readersFor } from './readers/index.ts';

/** What there is to read, found out before anything is read. */
export interface Census {
  readonly major: number;
  /** Readers that have something to read. */
  readonly readers: readonly Reader[];
  readonly superuser: boolean;
  readonly relations: number;
}

export async function takeCensus(session: Database, major: number): Promise<Census> {
  const readers = readersFor(major);
  const present = readers.map(({ present: condition = 'true' }) => condition);
  const [row] = await session.query<{ superuser: boolean; relations: number; present: boolean[] }>(`
    select pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'select') as superuser,
      (select pg_catalog.count(*)::int from pg_catalog.pg_class) as relations,
      array[${present.join(', ')}] as present`);
  return {
    major,
    readers: readers.filter((_, place) => row?.present[place]),
    superuser: row?.superuser === true,
    relations: row?.relations ?? 0,
  };
}
