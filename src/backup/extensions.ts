import type { Database } from '../postgres/connect.ts';

/** Names of the extensions that can be created on this server. */
export async function availableExtensions(database: Database): Promise<ReadonlySet<string>> {
  const rows = await database.query<{ name: string }>('select name from pg_catalog.pg_available_extensions');
  return new Set(rows.map(({ name }) => name));
}

/** How to get an extension that a server lacks. */
export function wayToGet(extension: string, serverMajor: number): string {
  const cloud = CLOUD_ONLY.find(({ name }) => name.test(extension));
  if (cloud) return `${extension} exists on ${cloud.where} only; what does not use it is rehearsed all the same`;
  const debian = DEBIAN_PACKAGES[extension];
  const name = debian === undefined ? 'its package' : `postgresql-${serverMajor}-${debian}`;
  return `install ${name} for PostgreSQL ${serverMajor} and let the rehearsal run on that server`;
}

const CLOUD_ONLY: readonly { readonly name: RegExp; readonly where: string }[] = [
  { name: /^(aws_.*|apg_.*|rds_.*|aurora_.*)$/, where: 'Amazon RDS and Aurora' },
  { name: /^(azure|azure_.*|pgaadauth)$/, where: 'Azure' },
  { name: /^(google_.*|alloydb_.*)$/, where: 'Google Cloud' },
  { name: /^supabase_.*$/, where: 'Supabase' },
  { name: /^neon.*$/, where: 'Neon' },
];

/** Suffix of the Debian and Ubuntu package, where it is not the extension's own name. */
const DEBIAN_PACKAGES: Readonly<Record<string, string>> = {
  address_standardizer: 'postgis-3',
  pg_cron: 'cron',
  pg_partman: 'partman',
  pg_repack: 'repack',
  pgaudit: 'pgaudit',
  pglogical: 'pglogical',
  pgrouting: 'pgrouting',
  pgtap: 'pgtap',
  plv8: 'plv8',
  postgis: 'postgis-3',
  postgis_raster: 'postgis-3',
  postgis_tiger_geocoder: 'postgis-3',
  postgis_topology: 'postgis-3',
  timescaledb: 'timescaledb',
  vector: 'pgvector',
  hypopg: 'hypopg',
  ip4r: 'ip4r',
  orafce: 'orafce',
  rum: 'rum',
};
