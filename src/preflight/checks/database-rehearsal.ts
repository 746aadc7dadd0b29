import { pass, whenKnown, type Said } from '../check.ts';
import type { RehearsalPredicate, TouchedTable } from '../facts/certificate.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { isKnown, known, unknown, type Reading } from '../reading.ts';

/** What was rehearsed, to compare production with. Why it is not there is said by the certificate's own checks. */
export function predicateOf({ rehearsal }: PreflightFacts): Reading<RehearsalPredicate> {
  return isKnown(rehearsal.certificate)
    ? known(rehearsal.certificate.value.predicate)
    : unknown('there is no certificate to compare with');
}

/** Tables that production has and a rehearsed migration changed, by name. */
function targetsOf(facts: PreflightFacts): Reading<ReadonlyMap<string, TouchedTable>> {
  const predicate = predicateOf(facts);
  if (!isKnown(predicate)) return predicate;
  if (predicate.value.schema === undefined)
    return unknown(
      'the rehearsal could not watch the schema, so that it is not known which tables the migrations touch',
    );
  const targets = new Map(
    predicate.value.tables.filter(({ existedBefore }) => existedBefore).map((table) => [table.relation, table]),
  );
  const missed = [...targets.keys()].filter((relation) => !facts.database.askedTables.includes(relation));
  return missed.length > 0 ? unknown(`nobody asked for ${missed.join(', ')}`) : known(targets);
}

/**
 * What a check says of the tables that the migrations touch: nothing is known of them without a certificate, and all is well
 * where there are none.
 */
export const aboutTargets = <Value>(
  facts: PreflightFacts,
  reading: Reading<Value>,
  say: (value: Value, targets: ReadonlyMap<string, TouchedTable>) => Iterable<Said>,
): Iterable<Said> =>
  whenKnown(targetsOf(facts), (targets) =>
    targets.size === 0
      ? [pass('The migrations touch no table that was there before.')]
      : whenKnown(reading, (value) => say(value, targets)),
  );

/** What was said, or that all is well when nothing was. */
export function* orPass(said: Iterable<Said>, message: string): Iterable<Said> {
  let any = false;
  for (const one of said) {
    any = true;
    yield one;
  }
  if (!any) yield pass(message);
}
