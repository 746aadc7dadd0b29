import type { DatabaseTarget } from '../postgres/database-target.ts';
import type { AppliedMigration, Direction, InlineWaiver, StepFailure } from '../recording/recording.ts';

/** One migration as its tool knows it. */
export interface Migration {
  /** The tool's own name for it, unique within the source: `20260401_add_index.js`. */
  readonly id: string;
  /** Ids that must be applied before it. For a linear tool: the one before it. */
  readonly dependsOn: readonly string[];
  /** False when the tool would refuse to go back. An empty way back counts as reversible: the rehearsal judges it. */
  readonly reversible: boolean;
  /** Absolute paths of its source files, up first. */
  readonly files: readonly string[];
  /** sha256 over the source files, hex. */
  readonly checksum?: string;
  /** Written beside its statements. */
  readonly waivers: readonly InlineWaiver[];
}

/** A table in which the tool keeps its books; it is left out of comparisons, not out of the database. */
export interface BookkeepingTable {
  /** Absent: the first schema of the search path, normally `public`. */
  readonly schema?: string;
  readonly name: string;
}

export interface MigrationSet {
  /** In any order; `orderMigrations` sorts them. */
  readonly migrations: readonly Migration[];
  readonly bookkeeping: readonly BookkeepingTable[];
}

/** How to reach the database. */
export type MigrationTarget = DatabaseTarget;

/** One migration tool with its options. Knows nothing of servers, locks or reports. */
export interface MigrationSource {
  readonly tool: string;
  /**
   * Reads what is on disk; touches no database.
   *
   * @throws {PgrehearseError} `MIGRATIONS_NOT_FOUND`, `MIGRATIONS_UNREADABLE`, `MIGRATION_TOOL_FAILED`
   */
  list(signal: AbortSignal): Promise<MigrationSet>;
  /** Opens the tool against one database. One migration runs at a time. */
  open(target: MigrationTarget, signal: AbortSignal): Promise<MigrationSession>;
  /**
   * Turns the rows of the bookkeeping table of a backup, read without a server, into what is applied.
   * The rows are text as COPY writes it, keyed by table name and column; `null` is NULL.
   */
  readApplied(
    books: Readonly<Record<string, readonly Readonly<Record<string, string | null>>[]>>,
  ): readonly AppliedMigration[];
}

/** A migration that fails is a result; a rejection means that the tool could not be driven at all. */
export type RunOutcome =
  | { readonly status: 'completed' }
  | { readonly status: 'failed'; readonly failure: StepFailure };

export interface MigrationSession extends AsyncDisposable {
  /**
   * Applies all that is pending at once, as the tool's own command does in production. Only where that is not the same as
   * one after the other: knex puts one transaction around all of them.
   */
  runPending?(signal: AbortSignal): Promise<RunOutcome>;
  /** What the tool's bookkeeping table says now, in its own order. Creates the table as the tool would. */
  applied(): Promise<readonly AppliedMigration[]>;
  /** Runs one migration exactly as the tool would, and lets the tool keep its books. */
  run(migration: Migration, direction: Direction, signal: AbortSignal): Promise<RunOutcome>;
}

/** Detects and builds sources. One per tool in `migrations/index.ts`. */
export interface MigrationTool {
  /** As users write it in `migrations.tool`. */
  readonly id: string;
  /** Why this tool is believed to be in use in the folder, e.g. `knexfile.ts`; `undefined` when it is not. */
  detect(projectFolder: string): Promise<string | undefined>;
  /** Where the migrations were found, relative to the folder. Absent: the tool's own configuration says it. */
  directory?(projectFolder: string): string | undefined;
  /** Of the project's own copy, which runs the migrations; `undefined` when it has none. Absent: it runs nothing of the project's. */
  version?(projectFolder: string): string | undefined;
  /** @throws {PgrehearseError} `CONFIG_INVALID` for keys it does not know */
  create(options: MigrationOptions): MigrationSource;
}

export interface MigrationOptions {
  /** Folder of the config file, absolute; relative paths start here. */
  readonly projectFolder: string;
  /** `migrations.directory`, as written. */
  readonly directory?: string;
  /** Further keys under `migrations:`; they belong to the tool. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Where output of the user's own migration code goes. Never stdout. */
  readonly onOutput: (text: string) => void;
  /** Values of rows may appear in messages of the server. */
  readonly showValues?: boolean;
}
