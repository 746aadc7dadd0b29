import { abandon } from '../../postgres/copy.ts';
import type { AppliedMigration, Direction } from '../../recording/recording.ts';
import { PgrehearseError } from '../../support/errors.ts';
import type { Migration, MigrationSession, MigrationTarget, RunOutcome } from '../source.ts';
import { attempt } from './attempt.ts';
import { areBooksUnusable, readBooks } from './books.ts';
import type { SqlMigration } from './files/sql-migration.ts';
import type { BooksName, SqlLayout } from './layouts/layout.ts';
import type { SqlOptions } from './options.ts';
import { openToolConnection, terminate, type ToolConnection } from './tool-connection.ts';

export interface SessionSpec {
  readonly layout: SqlLayout;
  readonly books: BooksName;
  readonly options: SqlOptions;
  /** In the tool's order. */
  readonly migrations: readonly SqlMigration[];
  /** Values of rows may stay in what the server says. */
  readonly showValues: boolean;
}

/**
 * Runs one migration at a time. Steps in one direction share a connection, as in one run of the tool, so that a
 * `SET search_path` in one file is felt by the next; a turn of direction is a new run. A failed step ends the
 * connection, as it ends the tool.
 */
export function openSession(target: MigrationTarget, spec: SessionSpec): MigrationSession {
  let connection: ToolConnection | undefined;
  let hasRun = false;

  const disconnect = async (): Promise<void> => {
    const closing = connection;
    connection = undefined;
    await closing?.close();
  };

  const connected = async (direction: Direction): Promise<ToolConnection> => {
    if (connection && connection.direction !== direction) await disconnect();
    connection ??= await openToolConnection(target, direction, spec);
    return connection;
  };

  return {
    async applied(): Promise<readonly AppliedMigration[]> {
      try {
        return await readBooks(target, spec);
      } catch (error) {
        // A migration may have dropped the schema of the books: then nothing counts as applied.
        if (hasRun && areBooksUnusable(error)) return [];
        throw error;
      }
    },

    async run(listed: Migration, direction: Direction, signal: AbortSignal): Promise<RunOutcome> {
      signal.throwIfAborted();
      const migration = find(listed, spec.migrations);
      const tool = await connected(direction);
      // A server that takes no connection any more may have a session that is still busy.
      const stop = (): void => void terminate(target, tool.db.processId).catch(() => abandon(tool.db));
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      hasRun = true;
      const outcome = await attempt(tool, migration, spec);
      signal.removeEventListener('abort', stop);
      if (outcome.status === 'completed') return outcome;
      await disconnect();
      signal.throwIfAborted();
      return outcome;
    },

    [Symbol.asyncDispose]: disconnect,
  };
}

/** By file: two migrations may share an id. */
function find({ id, files }: Migration, migrations: readonly SqlMigration[]): SqlMigration {
  const found = migrations.find(({ up, down }) => (up ?? down)?.path === files[0]);
  if (found) return found;
  throw new PgrehearseError('MIGRATION_TOOL_FAILED', `There is no migration ${id} in the folder.`);
}
