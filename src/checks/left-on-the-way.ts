import type { Recording } from '../recording/recording.ts';
import type { Properties } from '../recording/schema-snapshot.ts';

export interface LeftObject {
  readonly name: string;
  readonly relation?: string;
  /** The migration that made it so. */
  readonly migration: string;
}

/**
 * Objects of one kind that the way there (apply and reapply) made bad and that are still bad at its end. A later
 * migration may mend what an earlier one left.
 */
export function leftOnTheWay(
  { steps }: Recording,
  kind: string,
  isBad: (properties: Properties) => boolean,
): readonly LeftObject[] {
  const bad = new Map<string, LeftObject>();
  for (const { migration, purpose, observations } of steps) {
    if (purpose !== 'apply' && purpose !== 'reapply') continue;
    for (const change of observations.schema ?? []) {
      if (change.kind !== kind) continue;
      const { name, parent, before, after } = change;
      if (!after || !isBad(after)) bad.delete(name);
      else if (!bad.has(name) && !(before && isBad(before)))
        bad.set(name, { name, migration, ...(parent !== undefined && { relation: parent }) });
    }
  }
  return [...bad.values()];
}
