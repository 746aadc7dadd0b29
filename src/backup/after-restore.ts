import { quoteIdentifier } from '../postgres/identifiers.ts';
import type { Database } from '../postgres/connect.ts';
import { asServerError } from '../postgres/copy.ts';
import type { RestoreReport } from './restore-report.ts';

/** Planner statistics, which no backup before PostgreSQL 18 has, then the settings of the dumped database. */
export async function afterRestore(upkeep: Database, { database, settings, report }: AfterRestore): Promise<void> {
  const work = ['analyze', ...settings.map((setting) => `alter database ${quoteIdentifier(database)} ${setting}`)];
  for (const statement of work) {
    try {
      await upkeep.script(statement);
    } catch (thrown) {
      const error = asServerError(thrown);
      if (!error || error.severity !== 'ERROR') throw thrown;
      report.error({ ...error, statement });
    }
  }
}

export interface AfterRestore {
  readonly database: string;
  readonly settings: readonly string[];
  readonly report: RestoreReport;
}
