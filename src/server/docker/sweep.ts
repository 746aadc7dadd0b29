import { parseIdentity, hasEnded, placeOf } from '../../support/process-identity.ts';
import { saidBy } from './docker-error.ts';
import { removeContainer } from './owned-container.ts';
import type { Engine } from './engine.ts';
import { removeUnlessRecorded } from './kept.ts';
import type { Swept } from '../provider.ts';
import { filterByScope, isKeptName, LABEL } from './labels.ts';

interface Leftover {
  readonly labels: Readonly<Record<string, string>>;
  readonly isRunning: boolean;
  readonly createdAtMs: number;
}

/** Removes containers and volumes of dead runs, and nothing else. What resists is tried again by the next start. */
export async function sweep({ docker }: Engine, signal: AbortSignal): Promise<readonly Swept[]> {
  const swept: Swept[] = [];
  const remove = async (what: string, removing: Promise<unknown>): Promise<void> => {
    swept.push(
      await removing.then(
        () => ({ what, removed: true }),
        (error: unknown) => ({ what, removed: false, reason: saidBy(error) }),
      ),
    );
  };
  for (const found of await docker.listContainers({ all: true, filters: filterByScope() })) {
    signal.throwIfAborted();
    const { Id, Names, Labels, State, Created } = found;
    const leftover = { labels: Labels, isRunning: State === 'running', createdAtMs: Created * 1000 };
    if (Names.some(isKeptName)) {
      await removeUnlessRecorded(docker.getContainer(Id), leftover).catch(() => {});
      continue;
    }
    const name = Names[0]?.replace('/', '') ?? Id;
    if (isAbandoned(leftover)) await remove(`container ${name}`, removeContainer(docker.getContainer(Id)));
  }
  const { Volumes } = await docker.listVolumes({ filters: { ...filterByScope(), dangling: ['true'] } });
  for (const { Name, Labels, CreatedAt } of (Volumes ?? []) as ((typeof Volumes)[number] & { CreatedAt?: string })[]) {
    signal.throwIfAborted();
    const leftover = { labels: Labels, isRunning: false, createdAtMs: Date.parse(CreatedAt ?? '') };
    if (isAbandoned(leftover)) await remove(`volume ${Name}`, docker.getVolume(Name).remove());
  }
  return swept;
}

/**
 * Of a process of this machine it is certain whether it lives. Runs of other machines and containers share an engine, have
 * names that repeat, and cannot be asked: what they left goes when no rehearsal takes that long.
 */
export function isAbandoned({ labels, isRunning, createdAtMs }: Leftover, nowMs = Date.now()): boolean {
  const owner = parseIdentity(labels[LABEL.owner] ?? '');
  if (owner === undefined) return false;
  const place = placeOf(owner);
  if (place === 'here') return hasEnded(owner);
  const ageMs = nowMs - createdAtMs;
  return ageMs > (place === 'before a restart' && !isRunning ? RESTART_MIN_AGE_MS : FOREIGN_MAX_AGE_MS);
}

/** Another machine of the same name may be at making it. */
const RESTART_MIN_AGE_MS = 15 * 60_000;

/** Three days. */
const FOREIGN_MAX_AGE_MS = 72 * 3_600_000;
