import { changedProperties } from '../recording/changes.ts';
import type { SchemaChange } from '../recording/schema-snapshot.ts';

/** Nothing but the place of a column in its table differs. */
export function isPositionOnly(change: SchemaChange): boolean {
  const properties = changedProperties(change);
  return change.kind === 'column' && properties.length === 1 && properties[0] === 'position';
}
