import type { ResourceFacts } from '../../facts/aws.ts';
import { instanceClassOf, type DrillSource } from './restore-plan.ts';

/** What a drill makes and for how long at most, to be read before it begins. No prices: they differ by region and contract. */
export function drillCostNote(
  resource: ResourceFacts,
  what: DrillSource,
  { limitMs, instanceClass = instanceClassOf(resource) ?? 'of the same class' }: DrillCost,
): string {
  const hours = Math.round((limitMs / 3_600_000) * 10) / 10;
  return (
    `The drill makes ${things(resource, what, instanceClass)} in this account, for at most ${hours} h and the time that ` +
    `their deletion takes. They are billed while they exist; nothing else is made.`
  );
}

export interface DrillCost {
  readonly limitMs: number;
  readonly instanceClass?: string;
}

function things(resource: ResourceFacts, what: DrillSource, instanceClass: string): string {
  const { kind, allocatedGib } = resource;
  const storage = allocatedGib === undefined ? 'storage' : `${allocatedGib} GiB of storage`;
  if (kind === 'aurora-cluster')
    return `an Aurora cluster with one ${instanceClass} instance and a full copy of its storage`;
  if (kind === 'multi-az-cluster' && !('snapshot' in what))
    return `a Multi-AZ DB cluster of three ${instanceClass} instances with ${storage} each`;
  return `one ${instanceClass} instance with ${storage}`;
}
