import { relative } from 'node:path';
import { orderMigrations } from '../migrations/graph.ts';
import type { Migration, MigrationSet } from '../migrations/source.ts';
import type { AppliedMigration, Direction, PlanRecord, StepPurpose } from '../recording/recording.ts';
import type { RehearsalRequest, Scope } from './request.ts';

/** The plan as it is recorded, and the migrations behind it in the same order. */
export interface Plan {
  readonly record: PlanRecord;
  readonly ordered: readonly Migration[];
}

/** Everything decided before anything is applied. */
export function makePlan(
  request: RehearsalRequest,
  tool: string,
  { migrations }: MigrationSet,
  applied: readonly AppliedMigration[],
): Plan {
  const { ordered, problems } = orderMigrations(migrations);
  const appliedIds = new Set(applied.map(({ id }) => id));
  const chosen = inScope(ordered, request.rehearsal.scope, appliedIds);
  const { projectFolder } = request;
  return {
    ordered,
    record: {
      tool,
      scope: request.rehearsal.scope,
      forwardOnly: request.rehearsal.forwardOnly,
      migrations: ordered.map(({ id, dependsOn, reversible, files, checksum, waivers }) => ({
        id,
        dependsOn,
        reversible,
        files: files.map((file) => relative(projectFolder, file)),
        ...(checksum !== undefined && { checksum }),
        ...(waivers.length > 0 && { waivers }),
        applied: appliedIds.has(id),
        rehearsed: chosen.has(id),
      })),
      problems: problems.map((problem) =>
        problem.kind === 'duplicate-id'
          ? { ...problem, files: problem.files.map((file) => relative(projectFolder, file)) }
          : problem,
      ),
      applied,
    },
  };
}

function inScope(ordered: readonly Migration[], scope: Scope, applied: ReadonlySet<string>): ReadonlySet<string> {
  if (scope === 'all') return new Set(ordered.map(({ id }) => id));
  if (scope === 'pending') return new Set(ordered.map(({ id }) => id).filter((id) => !applied.has(id)));
  const count = Number(scope.slice('last:'.length));
  return new Set(ordered.slice(Math.max(0, ordered.length - count)).map(({ id }) => id));
}

export interface PlannedStep {
  readonly migration: Migration;
  readonly direction: Direction;
  readonly purpose: StepPurpose;
}

/** The steps in the order in which they are meant to run. What happens may stop some of them. */
export function planSteps({ record, ordered }: Plan): PlannedStep[] {
  const { forwardOnly } = record;
  const facts = new Map(record.migrations.map((migration) => [migration.id, migration]));
  const is = (migration: Migration, fact: 'applied' | 'rehearsed'): boolean => facts.get(migration.id)?.[fact] === true;
  const goesBack = (migration: Migration): boolean => migration.reversible && !forwardOnly;
  const down =
    (purpose: StepPurpose) =>
    (migration: Migration): PlannedStep => ({ migration, direction: 'down', purpose });

  // Migrations in scope that the backup already holds are taken back first, newest first, so that they can be applied.
  const takenBack = forwardOnly ? [] : ordered.filter((one) => is(one, 'applied') && is(one, 'rehearsed')).toReversed();
  const toApply = ordered.filter((one) => !is(one, 'applied') || takenBack.includes(one));
  const roundTrips = toApply.flatMap((migration): PlannedStep[] => [
    { migration, direction: 'up', purpose: 'apply' },
    ...(is(migration, 'rehearsed') && goesBack(migration)
      ? BACK_AND_FORTH.map((step) => ({ ...step, migration }))
      : []),
  ]);
  const unwound = toApply.filter((one) => goesBack(one) && !takenBack.includes(one)).toReversed();
  return [...takenBack.map(down('unwind')), ...roundTrips, ...unwound.map(down('unwind'))];
}

const BACK_AND_FORTH = [
  { direction: 'down', purpose: 'revert' },
  { direction: 'up', purpose: 'reapply' },
] as const;
