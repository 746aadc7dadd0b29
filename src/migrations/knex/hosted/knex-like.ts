import { isObject } from '../messages.ts';

/** The few parts of the user's knex that we touch. Its version is theirs, so its types cannot be ours. */
export interface KnexLike {
  readonly migrate: MigratorLike;
  readonly client: ClientLike;
  /** Closes all connections; `initialize` makes a new pool of the same configuration. */
  destroy(): Promise<void>;
  initialize(): void;
}

interface ClientLike {
  /** Absent once it is closed. */
  readonly pool?: PoolLike;
  destroy: (...args: unknown[]) => Promise<unknown>;
  readonly config: Readonly<Record<string, unknown>>;
  on(event: 'query-error', listener: (error: unknown, query: unknown) => void): unknown;
  acquireConnection(): Promise<ConnectionLike>;
  releaseConnection(connection: ConnectionLike): Promise<unknown>;
}

/** A connection of node-postgres, below whatever the user's configuration does to names and results. */
interface ConnectionLike {
  query(sql: string, values: readonly unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

interface MigratorLike {
  readonly config: { readonly migrationSource: MigrationSourceLike } & Readonly<Record<string, unknown>>;
  list(config: object): Promise<readonly [readonly unknown[], readonly unknown[]]>;
  up(config: object): Promise<readonly [unknown, readonly unknown[]]>;
  down(config: object): Promise<readonly [unknown, readonly unknown[]]>;
  latest(config: object): Promise<unknown>;
  forceFreeMigrationsLock(config: object): Promise<void>;
}

export interface MigrationSourceLike {
  getMigrations(loadExtensions: unknown): Promise<readonly unknown[]>;
  getMigrationName(migration: unknown): string;
  getMigration(migration: unknown): unknown;
}

/** knex's pool is tarn's. */
export interface PoolLike {
  max: number;
  readonly destroyed: boolean;
  readonly used: readonly { readonly resource: unknown }[];
  readonly free: readonly { readonly resource: unknown }[];
  /** Looks at idle connections. */
  readonly interval?: unknown;
  acquire(): { readonly promise: Promise<unknown>; abort(): void };
  numUsed(): number;
  numPendingAcquires(): number;
  numPendingCreates(): number;
}

/** node-postgres knows whether the server waits for it. A connection of another make counts as busy. */
export const isIdle = (resource: unknown): boolean => isObject(resource) && resource['readyForQuery'] === true;

export const isKnexFactory = (value: unknown): value is (config: object) => unknown => typeof value === 'function';

export const isKnex = (value: unknown): value is KnexLike =>
  typeof value === 'function' &&
  typeof Reflect.get(value, 'destroy') === 'function' &&
  isObject(Reflect.get(value, 'client')) &&
  isObject(Reflect.get(value, 'migrate'));
