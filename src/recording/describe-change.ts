import { changedProperties } from './changes.ts';
import { shortenPair } from './shorten-pair.ts';
import type { PropertyValue, SchemaChange } from './schema-snapshot.ts';

/** One line per object that is new or gone, one per property of an object that differs. */
export function describeSchemaChange(change: SchemaChange): string[] {
  const { kind, name, before, after } = change;
  if (!before || !after) return [`${kind} ${name} ${after ? 'added' : 'removed'}`];
  return changedProperties(change).map(
    (property) => `${kind} ${name}: ${words(property)} ${difference(property, before[property], after[property])}`,
  );
}

type Value = PropertyValue | undefined;

function difference(property: string, before: Value, after: Value): string {
  if (isSecret(before) || isSecret(after)) return secretDifference(before, after);
  if (isList(before ?? after) && isList(after ?? before)) return listDifference(asList(before), asList(after));
  const [was, is] = shortenPair(say(property, before, after), say(property, after, before));
  return `${was} → ${is}`;
}

/** `notNull` is `not null` to a person. */
const words = (property: string): string => property.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function say(property: string, value: Value, other: Value): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  // A flag that is not set is not written down.
  if (value === undefined || value === null) return typeof other === 'boolean' ? (other ? 'no' : 'yes') : 'none';
  if (isList(value)) return `(${value.join(', ')})`;
  return property.toLowerCase().endsWith('type') ? shortType(String(value)) : onOneLine(String(value));
}

/** As people write them. */
const shortType = (type: string): string =>
  type
    .replace(/^character varying/, 'varchar')
    .replace(/^character(?=\(|$)/, 'char')
    .replace(/^(timestamp|time)(\(\d\))? with time zone/, '$1tz$2')
    .replace(/^(timestamp|time)(\(\d\))? without time zone/, '$1$2');

const onOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

const isList = (value: Value): value is readonly string[] => Array.isArray(value);

const asList = (value: Value): readonly string[] => (isList(value) ? value : []);

/** What was added and what was removed; where it is the order alone that differs, both lists. */
function listDifference(before: readonly string[], after: readonly string[]): string {
  const added = after.filter((item) => !before.includes(item)).map((item) => `+ ${onOneLine(item)}`);
  const removed = before.filter((item) => !after.includes(item)).map((item) => `- ${onOneLine(item)}`);
  const changed = [...removed, ...added].join(', ');
  return changed === '' ? `(${before.join(', ')}) → (${after.join(', ')})` : changed;
}

const isSecret = (value: Value): boolean => typeof value === 'string' && value.startsWith('secret:');

const secretDifference = (before: Value, after: Value): string => {
  if (before === undefined) return 'added';
  return after === undefined ? 'removed' : 'changed';
};
