import { SERVER_PROVIDERS } from '../../server/index.ts';
import type { ServerSpec, Swept } from '../../server/provider.ts';
import { toError } from '../../support/errors.ts';
import { redact } from '../../support/redact.ts';
import { removeKept } from './kept-lock.ts';
import { KeptStates } from './kept-state.ts';

interface Configured {
  /** Besides `local`, which needs no configuration. */
  readonly provider: string;
  readonly spec: ServerSpec;
}

/** Removes kept servers and what dead runs left; one that a run uses stays. */
export async function cleanUpServers(
  { provider, spec }: Configured,
  stateFolder: string,
  signal: AbortSignal,
): Promise<readonly Swept[]> {
  const states = new KeptStates(stateFolder);
  const swept: Swept[] = [];
  for (const state of await states.list()) {
    const kind = SERVER_PROVIDERS.find((one) => one.kind === state.provider);
    swept.push(await removeKept(states, state, { provider: kind, spec }, signal));
  }
  for (const kind of new Set(['local', provider])) swept.push(...(await sweep(kind, spec, signal)));
  return swept;
}

async function sweep(kind: string, spec: ServerSpec, signal: AbortSignal): Promise<readonly Swept[]> {
  try {
    return (await SERVER_PROVIDERS.find((one) => one.kind === kind)?.sweep?.(spec, signal)) ?? [];
  } catch (error) {
    signal.throwIfAborted();
    return [{ what: `what runs on ${kind} left`, removed: false, reason: redact(toError(error).message) }];
  }
}
