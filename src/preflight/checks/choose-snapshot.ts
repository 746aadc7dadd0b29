import type { ResourceFacts, SnapshotFacts } from '../facts/aws.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { isKnown, known, unknown, type Reading } from '../reading.ts';

/**
 * The snapshot to go back to: the newest by what its data is as of, among the usable ones; with `policy.createSnapshot` only
 * the one of this run. `undefined` inside a known reading: there is none. Unknown: nobody can say.
 */
export function chooseSnapshot({ aws, policy }: PreflightFacts): Reading<SnapshotFacts | undefined> {
  if (aws === undefined) return unknown('the database is not on AWS');
  if (!isKnown(aws.resource)) return aws.resource;
  if (!isKnown(aws.snapshots)) return aws.snapshots;
  const resource = aws.resource.value;
  const ours = policy.createSnapshot
    ? aws.snapshots.value.filter(({ id }) => aws.created?.status === 'available' && id === aws.created.id)
    : aws.snapshots.value;
  const { usable, others } = newestUsable(ours, resource);
  if (usable !== undefined) return known(usable);
  const doubtful = others.find(({ state }) => state === 'doubtful');
  return doubtful === undefined ? known(undefined) : unknown(`AWS does not say ${doubtful.why}`);
}

/** The newest by what its data is as of, and what is wrong with those that do not count. */
export function newestUsable(
  snapshots: readonly SnapshotFacts[],
  resource: ResourceFacts,
): { readonly usable: SnapshotFacts | undefined; readonly others: readonly Usability[] } {
  const judged = snapshots.map((snapshot) => ({ snapshot, ...usability(snapshot, resource) }));
  // Times in ISO-8601 sort as text; one without a time comes last.
  const [newest] = judged
    .filter(({ state }) => state === 'usable')
    .toSorted((one, other) => (other.snapshot.dataTime ?? '').localeCompare(one.snapshot.dataTime ?? ''));
  return { usable: newest?.snapshot, others: judged.filter(({ state }) => state !== 'usable') };
}

export interface Usability {
  /** `doubtful`: a field that decides is missing in AWS's answer. */
  readonly state: 'usable' | 'unusable' | 'doubtful';
  /** What is in the way, or what is not said; empty where nothing is. */
  readonly why: string;
}

/** Whether this snapshot is complete and of this very database, not of one of the same name before it. */
export function usability(snapshot: SnapshotFacts, resource: ResourceFacts): Usability {
  const { id, status, progressPercent: percent, resourceId, instanceCreatedAt: created } = snapshot;
  if (status !== 'available') return unusable(`${id} is ${status}`);
  if (percent !== undefined && percent !== 100) return unusable(`${id} is at ${percent} %`);
  if (resourceId !== undefined && resourceId !== resource.resourceId) return unusable(`${id} is of ${resourceId}`);
  if (percent === undefined) return doubtful(`whether ${id} is complete`);
  if (resourceId === undefined) return doubtful(`which database ${id} is of`);
  if (created === undefined || resource.createdAt === undefined)
    return doubtful(`when the database of ${id} was created`);
  return isSameSecond(created, resource.createdAt)
    ? { state: 'usable', why: '' }
    : unusable(`${id} is of a database created at ${created}, not at ${resource.createdAt}`);
}

const unusable = (why: string): Usability => ({ state: 'unusable', why });
const doubtful = (why: string): Usability => ({ state: 'doubtful', why });

const isSameSecond = (one: string, other: string): boolean => Math.abs(Date.parse(one) - Date.parse(other)) < 1_000;
