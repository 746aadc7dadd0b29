import { createHash } from 'node:crypto';

/** Named facts of which only equality matters: `{ 'role app': '<hash>' }`. */
export type Facts = Readonly<Record<string, string>>;

/** No fact can be read from its hash by looking; a guessable secret is salted by what surrounds it. */
export const digest = (...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);

/** The first difference in words. Undefined: all the same. */
export function firstDifference(before: Facts, now: Facts): string | undefined {
  for (const name of Object.keys({ ...before, ...now }).toSorted()) {
    if (before[name] === now[name]) continue;
    if (before[name] === undefined) return `${name} is new`;
    return now[name] === undefined ? `${name} is gone` : `${name} has changed`;
  }
  return undefined;
}
