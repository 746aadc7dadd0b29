import { changedProperties } from './changes.ts';
import type { PropertyValue, SchemaChange } from './schema-snapshot.ts';

/** One line per difference: `column public.users.email: type varchar(255) → text`. */
export function describeSchemaChange(change: SchemaChange): string[] {
  const { kind, name, before, after } = change;
  if (!before) return [`${kind} ${name} added`];
  if (!after) return [`${kind} ${name} removed`];
  return changedProperties(change).map(
    (property) => `${kind} ${name}: ${property} ${shown(before[property])} → ${shown(after[property])}`,
  );
}

/** Definitions run to pages; the head of one tells which it is. */
const MOST_CHARACTERS = 200;

function shown(value: PropertyValue | undefined): string {
  if (value === undefined || value === null) return 'none';
  const text = Array.isArray(value) ? `[${value.join(', ')}]` : String(value).replaceAll(/\s+/g, ' ');
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
