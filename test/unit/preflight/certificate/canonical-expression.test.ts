import { expect, test } from 'vitest';

import { canonicalExpression } from '../../../../src/preflight/certificate/canonical-expression.ts';

test.each([
  [
    `CHECK (((status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))`,
    `CHECK (((status)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])))`,
  ],
  [
    `(ARRAY['it''s, [odd)'::character varying, 'b'::character varying])::text[]`,
    `ARRAY[('it''s, [odd)'::character varying)::text, ('b'::character varying)::text]`,
  ],
  [
    `(x = ANY ((ARRAY[a])::character varying(20)[])) OR (y = ANY ((ARRAY[f(1, 2), b[3]])::numeric(8,2)[]))`,
    `(x = ANY (ARRAY[(a)::character varying(20)])) OR (y = ANY (ARRAY[(f(1, 2))::numeric(8,2), (b[3])::numeric(8,2)]))`,
  ],
  [`(ARRAY[E'\\\\'','::text])::app."Odd type"[]`, `ARRAY[(E'\\\\'','::text)::app."Odd type"]`],
])('%s', (text, expected) => {
  expect(canonicalExpression(text)).toBe(expected);
  expect(canonicalExpression(expected)).toBe(expected);
});

test.each([
  `(level = ANY (ARRAY[1, 2, 3]))`,
  `(a + b) * c`,
  `(ARRAY[1, 2])::text`,
  `'(ARRAY[1])::text[`,
  `(ARRAY['open`,
])('left as it is: %s', (text) => expect(canonicalExpression(text)).toBe(text));
