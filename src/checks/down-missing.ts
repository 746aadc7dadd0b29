import { defineCheck } from './check.ts';
import { completed, revertDidNothing, roundTrips } from './round-trip.ts';

export const downMissing = defineCheck({
  id: 'down-missing',
  title: 'A migration has no way back',
  severity: 'warning',
  effect: 'If the release goes wrong there is no way back but restoring the backup.',
  remedy: 'Write the way back, or waive this with the reason why none is needed.',
  needs: [],
  limits: {},

  *inspect(recording) {
    const { plan } = recording;
    if (plan.forwardOnly) return;
    const trips = new Map(roundTrips(recording).map((trip) => [trip.migration, trip]));
    for (const { id, reversible, rehearsed } of plan.migrations) {
      const trip = trips.get(id);
      if (!rehearsed) continue;
      if (!reversible) {
        yield { where: { migration: id }, message: `${id} has no way back.`, evidence: { onFile: false } };
      } else if (trip && completed(trip.apply) && revertDidNothing(trip)) {
        yield {
          where: { migration: id, direction: 'down' },
          message: `${id} has a way back that changes nothing, although applying it changed the database.`,
          evidence: { onFile: true },
        };
      }
    }
  },
});
