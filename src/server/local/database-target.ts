import type { DatabaseTarget } from '../provider.ts';

export interface DatabaseAddress {
  readonly port: number;
  readonly password: string;
  readonly database: string;
}

/** As the superuser, over the loopback. */
export function databaseTarget({ port, password, database }: DatabaseAddress): DatabaseTarget {
  const [user, host] = ['postgres', '127.0.0.1'];
  const connectionString = `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${encodePath(database)}`;
  return { connectionString, host, port, user, password, database };
}

/**
 * `@`, `:`, `/` and the like stay as they are: libpq takes them both ways, node-postgres decodes with `decodeURI`,
 * which leaves their escapes standing. So node-postgres cannot be told a name with `?` or `#` this way.
 */
const encodePath = (name: string): string => encodeURI(name).replaceAll('?', '%3F').replaceAll('#', '%23');
