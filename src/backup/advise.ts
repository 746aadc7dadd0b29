import type { Database } from '../postgres/connect.ts';
import { wayToGet } from './extensions.ts';

/** Says how to get what the server lacks. */
export async function advise(
  missingExtensions: readonly string[],
  { upkeep, onWarning }: { readonly upkeep: Database; readonly onWarning: (message: string) => void },
): Promise<void> {
  if (missingExtensions.length === 0) return;
  const major = await serverMajor(upkeep);
  for (const extension of missingExtensions) {
    onWarning(`The backup needs the extension ${extension}, which this server lacks: ${wayToGet(extension, major)}.`);
  }
}

export async function serverMajor(database: Database): Promise<number> {
  const [row] = await database.query<{ major: number }>(
    "select pg_catalog.current_setting('server_version_num')::int / 10000 as major",
  );
  return row?.major ?? 0;
}
