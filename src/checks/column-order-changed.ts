import { defineCheck } from './check.ts';
import { groupBy } from './group-by.ts';
import { isPositionOnly } from './position-only.ts';
import { completed, roundTrips, schemaOver } from './round-trip.ts';

export const columnOrderChanged = defineCheck({
  id: 'column-order-changed',
  title: 'Columns stand in another order after up and down',
  severity: 'warning',
  effect: 'SELECT *, INSERT without a column list, COPY and row types see the columns in another order.',
  remedy: 'A column that is dropped and added again goes to the end. Keep the old column until the release is final.',
  needs: ['schema'],
  limits: {},

  *inspect(recording) {
    for (const { migration, apply, revert } of roundTrips(recording)) {
      if (!completed(apply) || !completed(revert)) continue;
      const moved = groupBy(schemaOver(apply, revert).filter(isPositionOnly), ({ parent, name }) => parent ?? name);
      for (const [relation, columns] of moved) {
        const places = columns.map(
          ({ name, before, after }) =>
            `${name.slice(relation.length + 1)} ${String(before?.['position'])} → ${String(after?.['position'])}`,
        );
        yield {
          where: { migration, direction: 'down', relation },
          message: `After up and down of ${migration}, columns of ${relation} stand in another place: ${places.join(', ')}.`,
          evidence: { places },
        };
      }
    }
  },
});
