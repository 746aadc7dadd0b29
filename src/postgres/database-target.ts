import type { ClientPrograms } from './client-programs.ts';

/** How to reach one database. Server, backup, migrations and observers hand it on; none of them knows the others. */
export interface DatabaseTarget {
  /** `postgres://user:password@127.0.0.1:port/database`; holds a secret, never print it. */
  readonly connectionString: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Others use the server: nothing outside of this database may be changed, and roles that are made carry a marker. */
  readonly isShared?: boolean;
  /** Further settings for libpq (`PGSSLMODE` …). */
  readonly libpq?: Readonly<Record<string, string>>;
  /** Client programs of the server's own version. Absent: those of this machine are used. */
  readonly clientPrograms?: ClientPrograms;
}
