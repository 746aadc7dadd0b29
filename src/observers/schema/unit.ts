import type { PropertyValue, SchemaObject } from '../../recording/schema-snapshot.ts';
import { secretMark } from './secret.ts';

type Row = Readonly<Record<string, unknown>>;

/** An object together with the row of the catalogue that it was read from. */
export interface Sighting {
  readonly catalogue: string;
  readonly oid: number;
  readonly object: SchemaObject;
}

/** Comments and the like, by object. */
export type Annotations = ReadonlyMap<string, Readonly<Record<string, PropertyValue>>>;

export function toSighting(catalogue: string, row: Row, annotations: Annotations): Sighting {
  const { oid, columnNumber, kind, name, parent, part, rest, ...columns } = row;
  const properties: Record<string, PropertyValue> = {};
  addProperties(properties, columns);
  if (isRow(rest)) addProperties(properties, rest);
  const number = Number(oid);
  const said = annotations.size > 0 && annotations.get(annotationKey(catalogue, number, Number(columnNumber ?? 0)));
  if (said) Object.assign(properties, said);
  return {
    catalogue,
    oid: number,
    object: {
      kind: String(kind),
      name: typeof part === 'string' ? `${String(parent)}.${part}` : String(name),
      ...(typeof parent === 'string' && { parent }),
      properties,
    },
  };
}

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
    if (value === null) continue;
    if (column.startsWith(SECRET)) properties[column.slice(SECRET.length)] = secretMark(String(value));
    else properties[column] = toValue(column, value);
  }
}

const SECRET = 'secret:';

function toValue(column: string, value: unknown): PropertyValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (isListOfText(value)) return column === 'foreignOptions' ? value.map(withoutSecret) : value;
  throw new TypeError(`The column "${column}" of a catalogue reader is neither text, number, boolean nor a list of text.`);
}

const isListOfText = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Options of servers are public to their users; a few wrappers keep keys in them all the same. */
const withoutSecret = (option: string): string => {
  const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(option) ?? [];
  return /passw|secret|token|credential|key/i.test(name) ? `${name}=${secretMark(value)}` : option;
};
