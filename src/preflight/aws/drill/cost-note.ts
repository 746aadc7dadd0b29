import type { ResourceFacts } from '../../facts/aws.ts';
import { instanceClassOf, type DrillSource, type RestoreSource } from './restore-plan.ts';

/** What a drill makes and for how long at most, to be read before it begins. No prices: they differ by region and contract. */
export function drillCostNote(
  resource: ResourceFacts,
  what: DrillSource,
  { limitMs, instanceClass }: DrillCost,
): string {
  return (
    `The drill makes ${sayThings(resource, what, instanceClass)} in this account, for at most ${sayHours(limitMs)} and the time that ` +
    `their deletion takes. They are billed while they exist; nothing else is made.`
  );
}

export interface DrillCost {
  readonly limitMs: number;
  readonly instanceClass?: string;
}

/** `1.5 h`, `90 s` */
export const sayHours = (ms: number): string =>
  ms < 360_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round((ms / 3_600_000) * 10) / 10} h`;

/** What a restore makes: `one db.r6g.large instance with 100 GiB of storage`. */
export function sayThings(
  resource: ResourceFacts,
  what: RestoreSource,
  instanceClass = instanceClassOf(resource) ?? 'of the same class',
): string {
  const { kind, allocatedGib } = resource;
  const storage = allocatedGib === undefined ? 'storage' : `${allocatedGib} GiB of storage`;
  if ('clone' in what)
    return `an Aurora cluster with one ${instanceClass} instance that shares storage with ${resource.identifier} until either changes it`;
  if (kind === 'aurora-cluster')
    return `an Aurora cluster with one ${instanceClass} instance and a full copy of its storage`;
  if (kind === 'multi-az-cluster' && !('snapshot' in what))
    return `a Multi-AZ DB cluster of three ${instanceClass} instances with ${storage} each`;
  return `one ${instanceClass} instance with ${storage}`;
}
