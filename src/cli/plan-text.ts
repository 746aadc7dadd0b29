import type { AppliedMigration, PlanRecord, PlannedMigration, StepRecord } from '../recording/recording.ts';
import { problemText } from '../migrations/problem-text.ts';
import { oneLine } from '../reports/printable.ts';
import type { Paint } from '../reports/reporter.ts';
import { counted } from '../support/amounts.ts';

/** The plan with its steps, as plain JSON. */
export interface PlannedSteps {
  readonly plan: PlanRecord;
  readonly steps: readonly Pick<StepRecord, 'migration' | 'direction' | 'purpose'>[];
}

/** For people: what is to come, in order, and what is wrong with it. */
export function planText({ plan, steps }: PlannedSteps, paint: Paint): string {
  const rehearsed = plan.migrations.filter((migration) => migration.rehearsed);
  const applied = plan.migrations.filter((migration) => migration.applied).length;
  const sections = [
    paint(
      'strong',
      `${counted(rehearsed.length, 'migration')} of ${plan.migrations.length} to rehearse (${plan.tool}, scope ${plan.scope}); ${applied} applied in the backup.`,
    ),
    migrationLines(plan, steps, paint),
    unwindLine(steps),
    problemLines(plan, paint),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function migrationLines({ migrations }: PlanRecord, steps: PlannedSteps['steps'], paint: Paint): string {
  const width = Math.max(0, ...migrations.map(({ id }) => oneLine(id).length));
  return migrations
    .map((migration, index) => {
      const line = `${String(index + 1).padStart(4)}  ${oneLine(migration.id).padEnd(width)}  ${intention(migration, steps)}`;
      return migration.rehearsed ? line : paint('quiet', line);
    })
    .join('\n');
}

const WORDS = { apply: 'up', revert: 'down', reapply: 'up again' } as const;

function intention({ id, applied, rehearsed, reversible }: PlannedMigration, steps: PlannedSteps['steps']): string {
  const own = steps.filter(({ migration }) => migration === id);
  const trip = own.flatMap(({ purpose }) => (purpose === 'unwind' ? [] : [WORDS[purpose]])).join(', ');
  if (applied && !rehearsed) return 'applied';
  if (trip === '') return applied ? 'applied; cannot be taken back, so it is not rehearsed' : 'will not be run';
  if (!rehearsed) return `${trip}: a later one needs it`;
  const first = applied ? 'down first (the backup has it), then ' : '';
  return `${first}${trip}${reversible ? '' : ': no way back on file'}`;
}

function unwindLine(steps: PlannedSteps['steps']): string {
  const lastTrip = steps.findLastIndex(({ purpose }) => purpose !== 'unwind');
  const amount = lastTrip === -1 ? 0 : steps.length - 1 - lastTrip;
  return amount === 0
    ? ''
    : `At the end ${counted(amount, 'migration')} ${amount === 1 ? 'is' : 'are'} taken back, newest first, to the restored state.`;
}

function problemLines({ problems, applied, migrations }: PlanRecord, paint: Paint): string {
  const known = new Set(migrations.map(({ id }) => id));
  const lines = [...problems.map(problemText), ...applied.flatMap((one) => appliedText(one, known))];
  return lines.map((line) => `${paint('error', '✗')} ${oneLine(line)}`).join('\n');
}

function appliedText({ id, edited, unfinished }: AppliedMigration, known: ReadonlySet<string>): string[] {
  return [
    ...(known.has(id) ? [] : [`${id} is applied in the backup, but there is no such migration`]),
    ...(edited === true ? [`${id} was edited after it was applied`] : []),
    ...(unfinished === true ? [`${id} was started in the backup but never finished`] : []),
  ];
}
