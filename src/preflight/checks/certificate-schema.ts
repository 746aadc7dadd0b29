import { counted } from '../../support/amounts.ts';
import { fail, pass, type PreflightCheck, type Said, whenKnown } from '../check.ts';
import type { LeftOut, RehearsalPredicate } from '../facts/certificate.ts';
import type { PreflightFacts } from '../facts/index.ts';
import type { DriftedObject } from '../facts/rehearsal.ts';
import { defineCheck, ifCertified } from './certificate-check.ts';

const schemaDrift = defineCheck({
  id: 'schema-drift',
  title: "Production's schema is not the one that was rehearsed",
  group: 'migrations',
  effect: 'The migrations meet tables, indexes or constraints that the rehearsal did not have, or miss some.',
  remedy: 'Find out who changed production outside of migrations; then rehearse with a new backup.',
  limits: { maxObjects: 20 },

  *ask(facts, { maxObjects }) {
    yield* ifCertified(facts, ({ predicate }) =>
      whenKnown(facts.rehearsal.schema, ({ drift, sha256 }) =>
        whenKnown(drift, function* (objects) {
          for (const object of objects.slice(0, maxObjects)) yield driftSaid(object);
          const more = objects.length - maxObjects;
          if (more > 0)
            yield fail(`${counted(more, 'further object')} ${more === 1 ? 'differs' : 'differ'} from the rehearsal.`);
          if (objects.length === 0) yield asRehearsed(predicate, sha256);
        }),
      ),
    );
  },
});

function driftSaid({ kind, name, how, parent, properties }: DriftedObject): Said {
  const relation = RELATIONS.has(kind) ? name : parent;
  const evidence = { object: `${kind} ${name}`, how, ...(properties && { properties }) };
  return {
    ...fail(sentence(`The ${kind} ${name}`, how, properties), evidence),
    ...(relation !== undefined && { relation }),
  };
}

const RELATIONS = new Set(['table', 'view', 'materialized view', 'foreign table', 'sequence']);

function sentence(object: string, how: DriftedObject['how'], properties: readonly string[] = []): string {
  if (how === 'missing') return `${object} was there in the rehearsal and is missing in production.`;
  if (how === 'extra') return `${object} is in production and was not there in the rehearsal.`;
  const what = properties.length > 0 ? `: ${properties.join('; ')}` : '';
  return `${object} is not in production as it was rehearsed${what}.`;
}

function asRehearsed({ schema }: RehearsalPredicate, sha256: string): Said {
  const { before, leftOut = [] } = schema ?? {};
  const compared = Object.keys(before?.objects ?? {}).length;
  const except =
    leftOut.length === 0
      ? ''
      : ` The backup holds no ${leftOut.map((one) => WORDS[one]).join(', ')}, which were not compared.`;
  return pass(`${counted(compared, 'object')} in production are as they were rehearsed.${except}`, {
    compared,
    sha256,
  });
}

const WORDS: Readonly<Record<LeftOut, string>> = {
  owner: 'owners',
  privileges: 'privileges',
  comment: 'comments',
  securityLabels: 'security labels',
};

export const certificateSchemaChecks: readonly PreflightCheck<PreflightFacts>[] = [schemaDrift];
