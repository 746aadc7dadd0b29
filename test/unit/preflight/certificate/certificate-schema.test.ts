import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { envelopeShape, statementShape } from '../../../../src/preflight/certificate/predicate-shape.ts';
import { statementOf } from '../../../../src/preflight/certificate/statement.ts';
import { aPredicate } from '../../../helpers/certificates.ts';
import { accepts, type JsonSchema } from '../../../helpers/json-schema.ts';

const SCHEMA = JSON.parse(readFileSync('docs/certificate.schema.json', 'utf8')) as JsonSchema;

const STATEMENT: unknown = statementOf(aPredicate());
const ENVELOPE: unknown = {
  payloadType: 'application/vnd.in-toto+json',
  payload: 'e30=',
  signatures: [{ keyid: 'abc', sig: 'AAAA' }],
};

test.each([
  ['statement', STATEMENT, statementShape],
  ['envelope', ENVELOPE, envelopeShape],
] as const)('the JSON Schema and the parser take and refuse the same: %s', (_, document, shape) => {
  const silent = { add: () => {} };
  const disagreements: string[] = [];
  const variants = [...variantsOf(document)];
  for (const { what, variant } of variants) {
    const [ours, theirs] = [shape(variant, '', silent), accepts(SCHEMA, variant)];
    if (ours !== theirs) disagreements.push(`${what}: the parser says ${ours}, the schema ${theirs}`);
  }
  expect(disagreements).toEqual([]);
  expect(accepts(SCHEMA, document)).toBe(true);
  expect(variants.filter(({ variant }) => accepts(SCHEMA, variant)).length).toBeLessThan(variants.length / 2);
});

/** The document with each of its values removed, or replaced by one of each kind. */
function* variantsOf(document: unknown): Iterable<{ readonly what: string; readonly variant: unknown }> {
  for (const path of pathsOf(document)) {
    yield { what: `without ${path.join('.')}`, variant: changed(document, path, undefined) };
    for (const value of [
      'text',
      7,
      true,
      null,
      [],
      {},
      ['text'],
      { a: 1 },
      '2026-11-25T10:00:00.000Z',
      'a'.repeat(64),
    ]) {
      yield { what: `${path.join('.')} = ${JSON.stringify(value)}`, variant: changed(document, path, value) };
    }
  }
}

function* pathsOf(value: unknown): Iterable<readonly string[]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield [key];
    for (const rest of pathsOf(inner)) yield [key, ...rest];
  }
}

function changed(document: unknown, [key = '', ...rest]: readonly string[], value: unknown): unknown {
  const copy = structuredClone(document) as Record<string, unknown>;
  if (rest.length > 0) copy[key] = changed(copy[key], rest, value);
  else if (value === undefined && !Array.isArray(copy)) delete copy[key];
  else copy[key] = value;
  return copy;
}
