import type { ResourceFacts } from '../../facts/aws.ts';
import { NONCE_TAG, type Mark } from '../writing/mark.ts';
import type { Look } from '../writing/poll.ts';
import type { SeenSnapshot } from './snapshot-of.ts';

export interface ExpectedSnapshot {
  readonly resource: ResourceFacts;
  readonly mark: Mark;
}

/** Whether it is ours, of this database, and finished. */
export function judgeSnapshot(snapshot: SeenSnapshot | undefined, expected: ExpectedSnapshot): Look<SeenSnapshot> {
  if (snapshot === undefined) return { state: 'absent' };
  const { mark, resource } = expected;
  const { status, percent, resourceId } = snapshot;
  if (ownership(snapshot, mark) === 'foreign') return { state: 'stopped', reason: 'it carries the tag of another run' };
  if (resourceId !== undefined && resourceId !== resource.resourceId)
    return { state: 'stopped', reason: `it is of another database (${resourceId}, not ${resource.resourceId})` };
  if (FAILED.test(status)) return { state: 'stopped', reason: `its status is ${status}` };
  const isFinished = status === 'available' && (percent === undefined || percent >= 100);
  if (!isFinished) return { state: 'waiting', status, ...(percent !== undefined && { percent }) };
  return resourceId === undefined
    ? { state: 'stopped', reason: 'AWS does not say which database it is of' }
    : { state: 'ready', value: snapshot };
}

/** `unsaid`: no tags yet, which AWS may show later than the snapshot. */
export function ownership({ tags }: SeenSnapshot, { nonce }: Mark): 'ours' | 'foreign' | 'unsaid' {
  if (Object.keys(tags).length === 0) return 'unsaid';
  return tags[NONCE_TAG] === nonce ? 'ours' : 'foreign';
}

const FAILED = /^(?:fail|delet|incompatible)/;
