/** Of an object: the keys that have a value. For facts, in which an absent key says that AWS did not tell. */
export type Told<Value> = { readonly [Key in keyof Value]?: Exclude<Value[Key], undefined | null> };

export function told<Value extends object>(value: Value): Told<Value>;
export function told(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined && entry !== null));
}

/** ISO-8601; absent for no date and for one that is not a date. */
export const isoTime = (date: Date | undefined): string | undefined =>
  date === undefined || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
