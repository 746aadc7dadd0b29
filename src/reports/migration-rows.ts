import type { Verdict } from '../findings/verdict.ts';
import type { Recording, StepPurpose, StepRecord } from '../recording/recording.ts';
import { duration } from '../support/duration.ts';

export type Mark = 'error' | 'warning' | 'not-run' | 'good';

/** One line of the table of migrations. */
export interface MigrationRow {
  readonly migration: string;
  readonly mark: Mark;
  /** In the order of `COLUMNS`: `12 ms`, `failed`, `not run`, or empty when there was no such step. */
  readonly cells: readonly string[];
  /** Why steps were not run, each reason once. */
  readonly reasons: readonly string[];
  /** Milliseconds of all its steps. */
  readonly totalMs: number;
}

export const COLUMNS: readonly { readonly title: string; readonly purpose: StepPurpose }[] = [
  { title: 'up', purpose: 'apply' },
  { title: 'down', purpose: 'revert' },
  { title: 'up again', purpose: 'reapply' },
  { title: 'unwind', purpose: 'unwind' },
];

/** Every migration of the scope, in the order of the plan. */
export function migrationRows({ findings }: Verdict, { plan, steps }: Recording): MigrationRow[] {
  const byMigration = new Map<string, StepRecord[]>();
  for (const step of steps) byMigration.set(step.migration, [...(byMigration.get(step.migration) ?? []), step]);
  const ids = new Set([
    ...plan.migrations.filter(({ rehearsed }) => rehearsed).map(({ id }) => id),
    ...byMigration.keys(),
  ]);
  return [...ids].map((migration) => {
    const own = byMigration.get(migration) ?? [];
    const severities = new Set(
      findings.filter(({ where }) => where.migration === migration).map(({ severity }) => severity),
    );
    return {
      migration,
      mark: markOf(own, severities),
      cells: COLUMNS.map(({ purpose }) => cellOf(own.filter((step) => step.purpose === purpose))),
      reasons: [...new Set(own.map(({ reason }) => reason).filter((reason) => reason !== undefined))],
      totalMs: own.reduce((total, { durationMs }) => total + durationMs, 0),
    };
  });
}

function markOf(steps: readonly StepRecord[], severities: ReadonlySet<string>): Mark {
  if (severities.has('error') || steps.some(({ status }) => status === 'failed')) return 'error';
  if (severities.has('warning')) return 'warning';
  const complete = steps.length > 0 && steps.every(({ status }) => status === 'completed');
  return complete ? 'good' : 'not-run';
}

/** A step that was repeated for timing shows its quickest run. */
function cellOf(steps: readonly StepRecord[]): string {
  if (steps.some(({ status }) => status === 'failed')) return 'failed';
  const completed = steps.filter(({ status }) => status === 'completed');
  if (completed.length > 0) return duration(Math.min(...completed.map(({ durationMs }) => durationMs)));
  return steps.length > 0 ? 'not run' : '';
}
