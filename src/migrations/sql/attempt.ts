import type { StepFailure } from '../../recording/recording.ts';
import { failureOf } from '../failure.ts';
import type { RunOutcome } from '../source.ts';
import type { SqlMigration } from './files/sql-migration.ts';
import type { SqlLayout } from './layouts/layout.ts';
import type { ToolConnection } from './tool-connection.ts';

export interface AttemptSpec {
  readonly layout: SqlLayout;
  readonly migrations: readonly SqlMigration[];
  /** Values of rows may stay in what the server says. */
  readonly showValues: boolean;
}

/** Runs one migration; whatever stops it is its failure. */
export async function attempt(
  { db, direction, books }: ToolConnection,
  migration: SqlMigration,
  { layout, migrations, showValues }: AttemptSpec,
): Promise<RunOutcome> {
  let inFile = false;
  const script = async (text: string): Promise<void> => {
    inFile = true;
    await db.script(text);
    inFile = false;
  };
  try {
    await layout.run({ db, table: await books(), script, migration, direction, migrations });
    return { status: 'completed' };
  } catch (error) {
    const statement = inFile ? migration[direction]?.text : undefined;
    const failure = failureOf(error, { showValues, statement });
    return { status: 'failed', failure: inFile ? failure : withoutPosition(failure) };
  }
}

/** A position in a statement of the tool's own would be taken for one in the file. */
function withoutPosition(failure: StepFailure): StepFailure {
  const { message, sqlState, hint } = failure;
  return { message, ...(sqlState !== undefined && { sqlState }), ...(hint !== undefined && { hint }) };
}
