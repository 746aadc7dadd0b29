import { ownIdentity } from '../../support/process-identity.ts';

/** Of all that belongs to one run: who made it, and for whom it may be swept. */
export const ownLabels = (runId: string): Record<string, string> => ({
  [LABEL.owner]: JSON.stringify(ownIdentity()),
  [LABEL.run]: runId,
  [LABEL.scope]: ownScope(),
});

export const LABEL = { owner: 'pgrehearse.owner', run: 'pgrehearse.run', scope: 'pgrehearse.scope' } as const;

/** Runs of different scopes leave each other's leftovers alone. */
const ownScope = (): string => process.env['PGREHEARSE_DOCKER_SCOPE'] || 'default';

export const filterByScope = (): { readonly label: string[] } => ({ label: [`${LABEL.scope}=${ownScope()}`] });

export const nameOf = (runId: string): string => `pgrehearse-${runId}`;

/** Labels cannot be changed later; a name can, and marks what outlives its run. */
export const keptNameOf = (runId: string): string => `pgrehearse-kept-${runId}`;

export const isKeptName = (name: string): boolean => /^\/?pgrehearse-kept-/.test(name);
