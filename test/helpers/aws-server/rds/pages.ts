import type { Filter } from '@aws-sdk/client-rds';

import { refused } from '../wire/aws-error.ts';

interface PageRequest {
  readonly MaxRecords?: number | undefined;
  readonly Marker?: string | undefined;
}

/** One page of `list` under its name, with a marker when there is more. `MaxRecords`: 20 to 100, default 100. */
export function pageOf(name: string, list: readonly unknown[], request: PageRequest, pageSize: number): object {
  const { MaxRecords: most = 100, Marker: marker } = request;
  if (most < 20 || most > 100) {
    throw refused('InvalidParameterValue', `Invalid value ${most} for MaxRecords. Must be between 20 and 100`);
  }
  const from = marker === undefined ? 0 : position(marker);
  const to = from + Math.min(most, pageSize);
  return { ...(to < list.length && { Marker: markerOf(to) }), [name]: list.slice(from, to) };
}

const markerOf = (index: number): string => Buffer.from(String(index)).toString('base64url');

function position(marker: string): number {
  const index = Number(Buffer.from(marker, 'base64url').toString());
  if (!Number.isInteger(index)) throw refused('InvalidParameterValue', `The parameter Marker is not valid: ${marker}`);
  return index;
}

/** The values of a resource that a filter compares with, by filter name. */
export type FilterFields<T> = Readonly<Record<string, (item: T) => readonly (string | undefined)[]>>;

/** Filters are joined by and, their values by or. A name that the action does not know is refused, as AWS does. */
export function filtered<T>(
  list: readonly T[],
  filters: readonly Filter[] | undefined,
  fields: FilterFields<T>,
): readonly T[] {
  return (filters ?? []).reduce<readonly T[]>((left, { Name: name = '', Values: values = [] }) => {
    const field = fields[name];
    if (field === undefined) throw refused('InvalidParameterValue', `Unrecognized filter name: ${name}`);
    return left.filter((item) => field(item).some((value) => values.some((wanted) => same(value, wanted))));
  }, list);
}

/** Identifiers are compared without regard to case. */
export const same = (a: string | undefined, b: string | undefined): boolean =>
  a !== undefined && a.toLowerCase() === b?.toLowerCase();

/** By identifier or ARN. */
export const isNamed = (given: string | undefined, identifier: string | undefined, arn: string | undefined): boolean =>
  same(given, identifier) || same(given, arn);
