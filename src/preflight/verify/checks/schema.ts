import { counted } from '../../../support/amounts.ts';
import {
  fail,
  pass,
  type PreflightCheck,
  preflightCheckFor,
  type Said,
  unknownBecause,
  whenKnown,
} from '../../check.ts';
import type { DriftedObject } from '../../facts/rehearsal.ts';
import { isKnown } from '../../reading.ts';
import type { VerifyFacts } from '../facts.ts';

const schemaDiffers = preflightCheckFor<VerifyFacts>()({
  id: 'verify-schema-differs',
  title: 'Production does not have the schema that the rehearsal ended with',
  group: 'verification',
  effect: 'What runs now was never rehearsed: code meets columns, constraints or indexes that it does not expect.',
  remedy: 'Find out who changed it; apply what is missing, or go the rehearsed way back.',
  limits: { maxObjects: 50 },

  *ask({ rehearsal: { certificate, schema } }, { maxObjects }) {
    if (!isKnown(certificate)) {
      yield unknownBecause(certificate);
      return;
    }
    const objects = Object.keys(certificate.value.predicate.schema?.after.objects ?? {}).length;
    yield* whenKnown(schema, ({ drift }) =>
      whenKnown(drift, function* (drifted) {
        for (const object of drifted.slice(0, maxObjects)) yield deviation(object);
        const more = drifted.length - maxObjects;
        if (more > 0) yield fail(`As many as ${counted(more, 'further object')} differ from the end of the rehearsal.`);
        if (drifted.length === 0)
          yield pass(`Production has all ${counted(objects, 'object')} as the rehearsal left them, and no other.`, {
            objects,
          });
      }),
    );
  },
});

export const schemaChecks: readonly PreflightCheck<VerifyFacts>[] = [schemaDiffers];

function deviation({ kind, name, how, parent, properties }: DriftedObject): Said {
  const relation = parent ?? (RELATIONS.has(kind) ? name : undefined);
  return {
    ...fail(`The ${kind} ${name} ${HOW[how]}.`, { object: `${kind} ${name}`, how, ...(properties && { properties }) }),
    ...(relation !== undefined && { relation }),
  };
}

const HOW: Readonly<Record<DriftedObject['how'], string>> = {
  missing: 'is missing in production; the rehearsal ended with it',
  extra: 'is in production; the rehearsal ended without it',
  different: 'is not as it was at the end of the rehearsal',
};

const RELATIONS = new Set(['table', 'view', 'materialized view', 'foreign table', 'sequence']);
