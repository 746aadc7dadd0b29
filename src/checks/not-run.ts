import type { NotJudged } from '../findings/verdict.ts';
import type { Recording } from '../recording/recording.ts';
import { objectKey } from '../recording/schema-snapshot.ts';
import { roundTrips, type RoundTrip } from './round-trip.ts';

const CHECK_OF = { apply: 'up-failed', revert: 'down-failed', reapply: 'reapply-failed' } as const;

/** What was not looked at, and that somebody may say does not matter. */
export interface Gap extends NotJudged {
  readonly migration?: string;
  readonly relation?: string;
}

/**
 * Steps that nobody ran are not steps that went well. A step that its own migration's failure prevented is left out: the
 * failure has a finding.
 */
export const stepsNotRun = (recording: Recording): Gap[] => [
  ...roundTrips(recording).flatMap(gapOf),
  ...togetherNotRun(recording),
];

/** The tool would apply them in one transaction, and nobody knows whether that works. */
const togetherNotRun = ({ together }: Recording): Gap[] =>
  together?.status === 'not-run'
    ? [
        {
          check: 'up-failed',
          reason: `all pending migrations at once were not applied: ${together.reason ?? 'no reason recorded'}`,
        },
      ]
    : [];

/** No waiver and no switch makes up for the steps that an interrupted rehearsal did not come to. */
export const interruption = ({ interrupted }: Recording): NotJudged[] =>
  interrupted === true ? [{ check: 'up-failed', reason: 'the rehearsal was interrupted before its end' }] : [];

/** Tables that should have rows to read, and could not be read. */
export function tablesNotRead({ start: { data, schema = {} } }: Recording): Gap[] {
  const unread = Object.entries(data?.unread ?? {}).filter(([relation]) =>
    WITHOUT_ROWS.every((kind) => schema[objectKey({ kind, name: relation })] === undefined),
  );
  return unread.map(([relation, reason]) => ({
    check: 'down-loses-data',
    reason: `${relation} was not compared: ${reason}`,
    relation,
  }));
}

/** Rows of a foreign table are elsewhere; a materialized view may never have been filled. */
const WITHOUT_ROWS = ['foreign table', 'materialized view'];

function gapOf({ migration, steps }: RoundTrip): Gap[] {
  if (steps.some(({ status }) => status === 'failed')) return [];
  // The first step that was not run tells why; those after it follow from it.
  const first = steps.find(({ purpose, status }) => status === 'not-run' && purpose !== 'unwind');
  if (!first || first.purpose === 'unwind') return [];
  const reason = `${first.direction} of ${migration} was not run: ${first.reason ?? 'no reason recorded'}`;
  return [{ check: CHECK_OF[first.purpose], reason, migration }];
}
