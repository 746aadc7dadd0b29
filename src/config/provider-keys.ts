import type { Refuse } from './check-settings.ts';
import { isMapping, type Mapping, pathText, valueAt } from './path.ts';
import { type ConfigProblem, foundText } from './problems.ts';

/** Keys of one provider, without a provider: they would be passed over in silence, and the rehearsal be a local one. */
export function refuseKeysWithoutProvider({ server }: Mapping, refuse: Refuse): void {
  if (!isMapping(server) || server['provider'] !== undefined) return;
  for (const [key, provider] of Object.entries(PROVIDER_OF))
    if (server[key] !== undefined) refuse(['server', key], `server.provider: ${provider} beside it`);
}

const PROVIDER_OF = { image: 'docker', docker: 'docker', rds: 'rds' } as const;

/** A flag of the command line that stands for a key. */
export interface GivenFlag {
  readonly path: readonly string[];
  readonly flag: string;
  readonly value: unknown;
}

/** Flags of `rds` apart where another provider is used: laid over the file they would look like a section that nobody wrote. */
export function sortedByProvider(
  flags: readonly GivenFlag[],
  file: Mapping,
  wanted: string | undefined,
): { readonly fitting: readonly GivenFlag[]; readonly stray: readonly ConfigProblem[] } {
  const provider = wanted ?? valueAt(file, ['server', 'provider']);
  const isStray = ({ path }: GivenFlag): boolean => provider !== 'rds' && path[0] === 'server' && path[1] === 'rds';
  return {
    fitting: flags.filter((flag) => !isStray(flag)),
    stray: flags.filter(isStray).map(({ flag, path }) => ({
      where: flag,
      path: pathText(path),
      expected: 'server.provider: rds or --provider rds beside it',
      found: provider === undefined ? 'the default, local' : foundText(provider),
    })),
  };
}
