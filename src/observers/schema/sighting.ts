import type { PropertyValue, SchemaObject } from '../../recording/schema-snapshot.ts';
import type { Reader, Row } from './reader.ts';
import { secretMark } from './secret.ts';

/** An object together with the unit that it is read with. */
export interface Sighting {
  readonly unit: string;
  readonly object: SchemaObject;
}

/** A relation, type, function … by its catalogue and number. */
export const unitKey = (catalogue: string, oid: number): string => `${catalogue} ${oid}`;

/** Comments and the like, by object. */
export type Annotations = ReadonlyMap<string, Readonly<Record<string, PropertyValue>>>;

export function toSightings(reader: Reader, rows: readonly Row[], annotations: Annotations): Sighting[] {
  const unpacked = reader.unpack ? rows.flatMap(reader.unpack) : rows;
  return unpacked.map((row) => toSighting(reader, row, annotations));
}

function toSighting(reader: Reader, row: Row, annotations: Annotations): Sighting {
  const { catalogue, partCatalogue = catalogue, kind = String(row['kind']) } = reader;
  const parent = textOrUndefined(row['parent']);
  const part = textOrUndefined(row['part']);
  const oid = Number(row['oid']);
  const properties: Record<string, PropertyValue> = {};
  addProperties(properties, row);
  if (isRow(row['rest'])) addProperties(properties, row['rest']);
  if (annotations.size > 0) {
    Object.assign(properties, annotations.get(annotationKey(partCatalogue, oid, Number(row['columnNumber'] ?? 0))));
  }
  const name = part === undefined ? String(row['name']) : `${parent ?? ''}.${part}`;
  return {
    unit: unitKey(catalogue, Number(row['unit'] ?? oid)),
    object: parent === undefined ? { kind, name, properties } : { kind, name, parent, properties },
  };
}

const textOrUndefined = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export function toAnnotations(rows: readonly Row[]): Annotations {
  const annotations = new Map<string, Record<string, PropertyValue>>();
  for (const { catalogue, oid, part, ...columns } of rows) {
    const key = annotationKey(String(catalogue), Number(oid), Number(part));
    const properties = annotations.get(key) ?? {};
    addProperties(properties, columns);
    annotations.set(key, properties);
  }
  return annotations;
}

const annotationKey = (catalogue: string, oid: number, part: number): string => `${catalogue} ${oid} ${part}`;

function addProperties(properties: Record<string, PropertyValue>, columns: Row): void {
  for (const column in columns) {
    const value = columns[column];
    if (value === null || value === undefined || NOT_PROPERTIES.has(column)) continue;
    if (column.startsWith(SECRET)) properties[column.slice(SECRET.length)] = secretMark(JSON.stringify(value));
    else properties[column] = toValue(column, value);
  }
}

const SECRET = 'secret:';

const NOT_PROPERTIES = new Set(['oid', 'unit', 'columnNumber', 'kind', 'name', 'parent', 'part', 'rest']);

function toValue(column: string, value: unknown): PropertyValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (isListOfText(value)) return column === 'foreignOptions' ? value.map(withoutSecret) : value;
  throw new TypeError(
    `The column "${column}" of a catalogue reader is neither text, number, boolean nor a list of text.`,
  );
}

const isListOfText = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Options of servers are public to their users; a few wrappers keep keys in them all the same. */
const withoutSecret = (option: string): string => {
  const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(option) ?? [];
  return /passw|secret|token|credential|key/i.test(name) ? `${name}=${secretMark(value)}` : option;
};
