import { setMaxListeners } from 'node:events';

/**
 * Does `work` for each item, a few at a time. The first failure aborts the signal that the others got, and is thrown once
 * they have ended.
 */
export async function inParallel<Item>(
  items: readonly Item[],
  work: (item: Item, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
  atOnce = FILES_AT_ONCE,
): Promise<void> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  // Many at once listen to it.
  setMaxListeners(0, either);
  const rest = items.values();
  const worker = async (): Promise<void> => {
    for (const item of rest) {
      either.throwIfAborted();
      await work(item, either);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, () => worker().catch((error: unknown) => failed.abort(error))));
  signal.throwIfAborted();
  failed.signal.throwIfAborted();
}

/** Files are small and many; more than this many do not make it faster. */
const FILES_AT_ONCE = 8;
