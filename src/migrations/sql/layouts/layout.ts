import type { AppliedMigration, Direction } from '../../../recording/recording.ts';
import type { Database } from '../../../postgres/connect.ts';
import type { MigrationFolder } from '../files/folder.ts';
import type { SqlMigration } from '../files/sql-migration.ts';

/** As users write it in `migrations.layout`. */
export type LayoutId = 'golang-migrate' | 'diesel' | 'sqlx';

/** What one of the tools does with a folder and a database. */
export interface SqlLayout {
  readonly id: LayoutId;
  /** Bookkeeping table where the user names no other. */
  readonly table: string;
  /** A column that no other tool's table of that name has. */
  readonly markerColumn: string;
  /** The table holds each migration, so that any subset can be applied. */
  readonly tracksEachMigration: boolean;
  /** What the tool's driver sets when it connects; it decides how dates and times in the files are read. */
  readonly sessionSettings: Readonly<Record<string, string>>;
  /** @throws {PgrehearseError} `MIGRATIONS_UNREADABLE` where the tool would not load the folder, or we cannot run it */
  read(folder: MigrationFolder): FolderContents;
  /** Creates the bookkeeping table as the tool does when it starts; resolves to its name, quoted. */
  prepare(db: Database, books: BooksName): Promise<string>;
  /** Columns that `applied` wants, each an expression that gives text. */
  readonly columns: Readonly<Record<string, string>>;
  applied(rows: readonly BookRow[], migrations: readonly SqlMigration[]): readonly AppliedMigration[];
  /** @throws what stops the tool: an error of the server, or a refusal of the tool's own */
  run(step: SqlStep): Promise<void>;
}

export interface FolderContents {
  /** In the tool's order. */
  readonly migrations: readonly SqlMigration[];
  /** Names that the tool passes over. */
  readonly strays: readonly string[];
}

export interface BooksName {
  readonly schema?: string;
  readonly name: string;
}

/** One row of the bookkeeping table as text, `null` for NULL; from a backup or from a server. */
export type BookRow = Readonly<Record<string, string | null>>;

export interface SqlStep {
  readonly db: Database;
  /** Quoted name of the bookkeeping table. */
  readonly table: string;
  /** Sends a whole file as one simple query. */
  readonly script: (text: string) => Promise<void>;
  readonly migration: SqlMigration;
  readonly direction: Direction;
  /** All migrations, in the tool's order. */
  readonly migrations: readonly SqlMigration[];
}
