import type { DatabaseTarget } from '../provider.ts';

export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly database: string;
  /** Absent: the superuser that `initdb` made. */
  readonly user?: string;
}

/** As a superuser. */
export function databaseTarget({ host, port, password, database, user = 'postgres' }: DatabaseAddress): DatabaseTarget {
  const connectionString = `postgres://${user}:${encodeURIComponent(password)}@${host.includes(':') ? `[${host}]` : host}:${port}/${encodePath(database)}`;
  return { connectionString, host, port, user, password, database };
}

/**
 * `@`, `:`, `/` and the like stay as they are: libpq takes them both ways, node-postgres decodes with `decodeURI`,
 * which leaves their escapes standing. So node-postgres cannot be told a name with `?` or `#` this way.
 */
const encodePath = (name: string): string => encodeURI(name).replaceAll('?', '%3F').replaceAll('#', '%23');
