import type { Migration } from '../migrations/source.ts';
import type { Run } from './run.ts';

/** Why a migration cannot be applied now, or `undefined` when it can. */
export function whyNotApply(run: Run, { id, dependsOn }: Migration): string | undefined {
  if (run.stuck !== undefined) return run.stuck;
  for (const problem of run.plan.record.problems) {
    if (problem.kind === 'cycle' && problem.path.includes(id))
      return `it is part of a circle: ${problem.path.join(' → ')}`;
    if (problem.kind === 'duplicate-id' && problem.id === id) return 'another migration has the same id';
  }
  const missing = dependsOn.find((dependency) => !run.applied.has(dependency));
  return missing === undefined ? undefined : `${missing}, which it depends on, is not applied`;
}

/** Why a migration cannot be taken back now. Only what was applied on top of it here stands in the way. */
export function whyNotUnwind(run: Run, { id }: Migration): string | undefined {
  if (run.stuck !== undefined) return run.stuck;
  if (run.unfinished === true) return 'the tool has a migration in its books as unfinished';
  if (!run.applied.has(id)) return 'it is not applied';
  const above = new Set(run.appliedHere.slice(run.appliedHere.indexOf(id) + 1));
  const dependent = run.plan.ordered.find((other) => above.has(other.id) && other.dependsOn.includes(id));
  return dependent && `${dependent.id}, which depends on it, is still applied`;
}
