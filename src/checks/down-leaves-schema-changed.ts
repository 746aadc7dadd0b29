import { describeSchemaChange } from '../recording/describe-change.ts';
import type { SchemaChange } from '../recording/schema-snapshot.ts';
import { counted } from '../support/amounts.ts';
import { defineCheck } from './check.ts';
import { isPositionOnly } from './position-only.ts';
import { completed, revertDidNothing, roundTrips, schemaOver, type RoundTrip } from './round-trip.ts';
import { listing } from './listing.ts';
import { unwindLeftovers } from './unwind-leftovers.ts';

export const downLeavesSchemaChanged = defineCheck({
  id: 'down-leaves-schema-changed',
  title: 'The schema after up and down is not the one before',
  severity: 'error',
  effect: 'After a rollback the old release meets a schema it was never tested with.',
  remedy: 'Let the way back undo exactly what is listed: also owners, privileges, comments, defaults and types.',
  needs: ['schema'],
  limits: {},

  *inspect(recording) {
    const unwound = unwindLeftovers(recording);
    for (const trip of roundTrips(recording)) {
      const left = leftByRevert(trip);
      if (left.length > 0) yield observation(trip.migration, left, 'After up and down of');
      const onlyThen = (unwound.get(trip.migration) ?? []).filter(isNotIn(left));
      if (onlyThen.length > 0 && !revertDidNothing(trip)) {
        yield observation(trip.migration, onlyThen, 'With later migrations applied in between, after up and down of');
      }
    }
  },
});

/** What up and down together leave changed, apart from the order of columns. */
export function leftByRevert(trip: RoundTrip): SchemaChange[] {
  if (!completed(trip.apply) || !completed(trip.revert) || revertDidNothing(trip)) return [];
  return schemaOver(trip.apply, trip.revert).filter((change) => !isPositionOnly(change));
}

const isNotIn = (known: readonly SchemaChange[]) => {
  const keys = new Set(known.map(({ kind, name }) => `${kind} ${name}`));
  return ({ kind, name }: SchemaChange): boolean => !keys.has(`${kind} ${name}`);
};

function observation(migration: string, left: readonly SchemaChange[], when: string) {
  const differences = left.flatMap(describeSchemaChange);
  const parents = new Set(left.map(({ parent, name }) => parent ?? name));
  const [relation] = parents;
  return {
    where: {
      migration,
      direction: 'down' as const,
      ...(parents.size === 1 && relation !== undefined && { relation }),
    },
    message: `${when} ${migration}, ${counted(left.length, 'object')} ${left.length === 1 ? 'differs' : 'differ'}: ${listing(differences)}.`,
    evidence: { objects: left.length, differences },
  };
}
