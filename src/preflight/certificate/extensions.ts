import type { SchemaSnapshot } from '../../recording/schema-snapshot.ts';

/** Version by name. */
export function extensionsOf(snapshot: SchemaSnapshot = {}): Record<string, string> {
  const extensions = Object.values(snapshot).filter(({ kind }) => kind === 'extension');
  return Object.fromEntries(extensions.map(({ name, properties }) => [name, String(properties['version'])]));
}
