import { z } from 'zod';

/**
 * The `error` of every part is what was expected, in words for `… expected X, found Y`; for unknown keys it lists the
 * known ones.
 */
export const text = (expected: string): z.ZodString => z.string({ error: expected }).min(1, { error: expected });

export function mapping<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const keys = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? `one of ${keys}` : `a mapping with the keys ${keys}`),
  });
}

/** Numbers and switches stand for themselves; Postgres and queries want text. */
export const scalar = z
  .union([z.string(), z.number(), z.boolean()], { error: 'a text, a number, true or false' })
  .transform(String);

export const amount = (unit: string): z.ZodNumber =>
  z.number({ error: `a number of ${unit}` }).positive({ error: `a number of ${unit} above 0` });

export const flag = z.boolean({ error: 'true or false' });
