import type { Direction } from '../../recording/recording.ts';
import type { RunOutcome } from '../source.ts';
import type { KnexOptions } from './options.ts';

/** What the parent asks of the process in which the user's code runs. Plain JSON: it crosses a process boundary. */
export type HostRequest =
  | { readonly kind: 'load'; readonly settings: HostSettings }
  | { readonly kind: 'list' }
  | { readonly kind: 'open' }
  | { readonly kind: 'applied' }
  | { readonly kind: 'run'; readonly name: string; readonly direction: Direction }
  | { readonly kind: 'latest' };

export interface HostSettings {
  readonly options: KnexOptions;
  /** Folder from which the user's knex is looked up. */
  readonly projectFolder: string;
  /** Absent: the migrations are only listed, and no server may be reached. */
  readonly connection?: HostConnection;
  readonly showValues: boolean;
  /** The process can read TypeScript already. */
  readonly typescript: boolean;
  /** How long a promise may be awaited while nothing is left that could settle it. */
  readonly patienceMs: number;
}

export interface HostConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Of this very host; those of its predecessors begin with the same family. */
  readonly applicationName: string;
  readonly applicationFamily: string;
}

/** The part of the user's configuration that we need to know outside of the host. */
export interface LoadedConfig {
  /** Migrations or what the knexfile loads are TypeScript, which this process cannot read; nothing else holds then. */
  readonly needsTypeScript: boolean;
  readonly tableName: string;
  readonly schemaName?: string;
  readonly searchPath: readonly string[];
}

export interface ListedMigration {
  readonly name: string;
  /** Absolute. Absent where a migration source keeps no files. */
  readonly file?: string;
  readonly reversible: boolean;
  /** The module could not be loaded; a run of it will fail in the same way. */
  readonly loadError?: string;
}

export interface OpenedDatabase {
  /** The backup was taken while a migration ran, or an earlier run of this rehearsal was killed. */
  readonly lockCleared: boolean;
}

export const REFUSALS = [
  'CONFIG_INVALID',
  'MIGRATIONS_NOT_FOUND',
  'MIGRATIONS_UNREADABLE',
  'MIGRATION_TOOL_FAILED',
] as const;

/** A request of the tool that could not be done; becomes a `PgrehearseError` on the other side. */
export interface HostRefusal {
  readonly code: (typeof REFUSALS)[number];
  readonly message: string;
  readonly hint?: string;
}

export type HostReply =
  /** Comes before the answer: what ends the process from here on is the doing of this request. */
  | { readonly kind: 'begun' }
  /** With `leaving` the process ends by itself right after. */
  | { readonly kind: 'answer'; readonly answer: unknown; readonly leaving?: boolean }
  | { readonly kind: 'refusal'; readonly refusal: HostRefusal };

/** User code shares the channel and may send messages of its own; the mark and the number tell ours. */
export interface Envelope<Content> {
  readonly mark: typeof MARK;
  readonly number: number;
  readonly content: Content;
}

export const MARK = 'pgrehearse-knex';

export const isEnvelope = (value: unknown): value is Envelope<unknown> =>
  isObject(value) && value['mark'] === MARK && typeof value['number'] === 'number' && 'content' in value;

/** Requests come from our own code of the same version; the kind is all there is to check. */
export const isHostRequest = (value: unknown): value is HostRequest =>
  isObject(value) && ['load', 'list', 'open', 'applied', 'run', 'latest'].includes(String(value['kind']));

export const isHostReply = (value: unknown): value is HostReply =>
  isObject(value) &&
  (value['kind'] === 'begun' ||
    (value['kind'] === 'answer' && 'answer' in value) ||
    (value['kind'] === 'refusal' && isRefusal(value['refusal'])));

const isRefusal = (value: unknown): value is HostRefusal =>
  isObject(value) && REFUSALS.some((code) => code === value['code']) && typeof value['message'] === 'string';

export const isLoadedConfig = (value: unknown): value is LoadedConfig =>
  isObject(value) &&
  typeof value['needsTypeScript'] === 'boolean' &&
  typeof value['tableName'] === 'string' &&
  isStrings(value['searchPath']);

export const isListed = (value: unknown): value is readonly ListedMigration[] =>
  Array.isArray(value) &&
  value.every(
    (entry) => isObject(entry) && typeof entry['name'] === 'string' && typeof entry['reversible'] === 'boolean',
  );

export const isOpened = (value: unknown): value is OpenedDatabase =>
  isObject(value) && typeof value['lockCleared'] === 'boolean';

export const isRunOutcome = (value: unknown): value is RunOutcome =>
  isObject(value) &&
  (value['status'] === 'completed' ||
    (value['status'] === 'failed' && isObject(value['failure']) && typeof value['failure']['message'] === 'string'));

export const isStrings = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'string');

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
