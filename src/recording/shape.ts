/** Collects what is wrong with a value, so that one reading names every problem. */
interface Complaints {
  readonly add: (path: string, expected: string, found: unknown) => void;
}

/** True when the value has the shape; otherwise it has said why. */
export type Shape<Value> = (value: unknown, path: string, complaints: Complaints) => value is Value;

/** Marks a field that may be absent. */
interface MayBeAbsent<Value> {
  readonly optional: Shape<Value>;
}

/** One shape per field of the interface; a field the interface lets be absent must be marked so, and no other. */
export type Fields<Value> = {
  readonly [Key in keyof Value]-?: Pick<Value, Key> extends Required<Pick<Value, Key>>
    ? Shape<Value[Key]>
    : MayBeAbsent<Exclude<Value[Key], undefined>>;
};

export const optional = <Value>(shape: Shape<Value>): MayBeAbsent<Value> => ({ optional: shape });

export const text: Shape<string> = simple('text', (value) => typeof value === 'string');
export const amount: Shape<number> = simple('a number', (value) => typeof value === 'number' && Number.isFinite(value));
export const flag: Shape<boolean> = simple('true or false', (value) => typeof value === 'boolean');

export const oneOf = <const Value extends string | number>(...values: readonly Value[]): Shape<Value> =>
  simple(values.map((value) => JSON.stringify(value)).join(' or '), (value) => values.some((one) => one === value));

export const listOf =
  <Item>(item: Shape<Item>): Shape<readonly Item[]> =>
  (value, path, complaints): value is readonly Item[] => {
    if (!Array.isArray(value)) return refuse(value, { path, complaints, expected: 'a list' });
    return all(value.map((one, index) => item(one, `${path}[${index}]`, complaints)));
  };

export const recordOf =
  <Item>(item: Shape<Item>): Shape<Readonly<Record<string, Item>>> =>
  (value, path, complaints): value is Readonly<Record<string, Item>> => {
    if (!isObject(value)) return refuse(value, { path, complaints, expected: 'an object' });
    return all(Object.entries(value).map(([key, one]) => item(one, `${path}.${key}`, complaints)));
  };

/** Further keys are let through: a newer version of the tool may know more. */
export const objectOf =
  <Value extends object>(fields: Fields<Value>): Shape<Value> =>
  (value, path, complaints): value is Value => {
    if (!isObject(value)) return refuse(value, { path, complaints, expected: 'an object' });
    return all(
      Object.entries<Shape<unknown> | MayBeAbsent<unknown>>(fields).map(([key, field]) => {
        const at = path === '' ? key : `${path}.${key}`;
        if (typeof field === 'function') return field(value[key], at, complaints);
        return value[key] === undefined || field.optional(value[key], at, complaints);
      }),
    );
  };

/** The first shape decides which the value has, without complaining; for unions of objects. */
export const either =
  <One, Other>(isOne: (value: object) => boolean, one: Shape<One>, other: Shape<Other>): Shape<One | Other> =>
  (value, path, complaints): value is One | Other => {
    if (!isObject(value)) return refuse(value, { path, complaints, expected: 'an object' });
    return isOne(value) ? one(value, path, complaints) : other(value, path, complaints);
  };

export function simple<Value>(expected: string, holds: (value: unknown) => boolean): Shape<Value> {
  return (value, path, complaints): value is Value => holds(value) || refuse(value, { path, complaints, expected });
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// Not `every`: it would stop at the first problem and hide the rest.
const all = (results: readonly boolean[]): boolean => !results.includes(false);

interface Refusal {
  readonly path: string;
  readonly complaints: Complaints;
  readonly expected: string;
}

function refuse(value: unknown, { path, complaints, expected }: Refusal): false {
  complaints.add(path, expected, value);
  return false;
}
