import { fail, pass, type PreflightCheck, preflightCheckFor, type Said, warn, whenKnown } from '../../check.ts';
import { isKnown } from '../../reading.ts';
import type { VerifyFacts } from '../facts.ts';

const indexInvalid = preflightCheckFor<VerifyFacts>()({
  id: 'verify-index-invalid',
  title: 'An index in production is invalid',
  group: 'verification',
  effect: 'It costs every write and serves no read; a unique one does not keep its promise.',
  remedy: 'Remove what makes the build fail (duplicates, deadlocks), drop the index, and build it again.',
  limits: {},

  *ask(facts) {
    yield* whenKnown(facts.database.invalidIndexes, function* (indexes) {
      for (const { index, relation, partitioned, building } of indexes) {
        if (building) yield { ...warn(`The index ${index} is being built at this moment.`, { index }), relation };
        else
          yield judged(facts, relation, `The index ${index} on ${relation} is invalid`, {
            index,
            ...remedy(index, partitioned),
          });
      }
      if (indexes.length === 0) yield pass('Every index is valid.');
    });
  },
});

const constraintNotValidated = preflightCheckFor<VerifyFacts>()({
  id: 'verify-constraint-not-validated',
  title: 'A constraint in production is not validated',
  group: 'verification',
  effect: 'Rows that were there before may break it; the planner cannot rely on it.',
  remedy: 'ALTER TABLE … VALIDATE CONSTRAINT lets reads and writes through.',
  limits: {},

  *ask(facts) {
    yield* whenKnown(facts.database.unvalidatedConstraints, function* (constraints) {
      for (const { constraint, relation, kind } of constraints) {
        const message = `The ${kind} constraint ${constraint} of ${relation} is not validated`;
        if (isAsRehearsed(facts, constraint, relation))
          yield { ...warn(`${message}; so it was at the end of the rehearsal.`, { constraint }), relation };
        else yield judged(facts, relation, message, { constraint });
      }
      if (constraints.length === 0) yield pass('Every constraint is validated.');
    });
  },
});

export const leftOverChecks: readonly PreflightCheck<VerifyFacts>[] = [indexInvalid, constraintNotValidated];

type Evidence = Readonly<Record<string, string>>;

/** What the migration touched forbids; what was there before is told. */
function judged(facts: VerifyFacts, relation: string, message: string, details: Evidence): Said {
  const { remedy: mend, ...evidence } = details;
  const touched = isTouched(facts, relation);
  const said = touched
    ? fail(`${message}.`, evidence)
    : warn(`${message}; no rehearsed migration touches it.`, evidence);
  return { ...said, relation, ...(mend !== undefined && { remedy: mend }) };
}

/** Without a certificate nobody knows, and everything counts as touched. */
const isTouched = ({ rehearsal: { certificate } }: VerifyFacts, relation: string): boolean =>
  !isKnown(certificate) || certificate.value.predicate.tables.some((table) => table.relation === relation);

/** The digest holds that it is not validated; where it does not deviate, that was meant. */
function isAsRehearsed(
  { rehearsal: { certificate, schema } }: VerifyFacts,
  constraint: string,
  relation: string,
): boolean {
  if (!isKnown(certificate) || !isKnown(schema) || !isKnown(schema.value.drift)) return false;
  const name = `${relation}.${constraint}`;
  if (schema.value.drift.value.some((object) => object.kind === 'constraint' && object.name === name)) return false;
  return `constraint ${name}` in (certificate.value.predicate.schema?.after.objects ?? {});
}

function remedy(index: string, partitioned: boolean): Evidence {
  if (partitioned) return { remedy: `Build the index on every partition and ATTACH each to ${index}.` };
  return {
    remedy: `Remove what makes the build fail, then DROP INDEX CONCURRENTLY ${index}; and build it again, or REINDEX INDEX CONCURRENTLY ${index};`,
  };
}
