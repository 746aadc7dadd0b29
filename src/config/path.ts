/** Keys and list positions from the top of a document down to one value. */
export type ConfigPath = readonly (string | number)[];

/** `waivers[0].check` */
export const pathText = (path: ConfigPath): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');

export function valueAt(value: unknown, [first, ...rest]: ConfigPath): unknown {
  if (first === undefined) return value;
  if (Array.isArray(value)) return valueAt(value[Number(first)], rest);
  return isMapping(value) && Object.hasOwn(value, first) ? valueAt(value[first], rest) : undefined;
}

/** A copy with one value replaced; mappings on the way are made. */
export function withValue(mapping: Mapping, [first, ...rest]: readonly string[], value: unknown): Mapping {
  if (first === undefined) return mapping;
  const inner = mapping[first];
  return { ...mapping, [first]: rest.length === 0 ? value : withValue(isMapping(inner) ? inner : {}, rest, value) };
}

export type Mapping = Readonly<Record<string, unknown>>;

/** A plain object, as opposed to a list, or an instance of a class that a `.js` config put there. */
export function isMapping(value: unknown): value is Mapping {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: object | null = Object.getPrototypeOf(value);
  return prototype === null || isObjectPrototype(prototype);
}

// Not `=== Object.prototype`: a module loaded in another realm has its own.
const isObjectPrototype = (prototype: object): boolean => Object.getPrototypeOf(prototype) === null;
