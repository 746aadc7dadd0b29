/** Does `work` for each item, a few at a time; the first failure ends it and is thrown once the others have ended. */
export async function inParallel<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const rest = items.values();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (const item of rest) {
      if (failed) return;
      signal.throwIfAborted();
      await work(item);
    }
  };
  const ends = await Promise.allSettled(
    Array.from({ length: WORKERS }, () =>
      worker().catch((error: unknown) => {
        failed = true;
        throw error;
      }),
    ),
  );
  const broken = ends.find((end) => end.status === 'rejected');
  if (broken) throw broken.reason;
}

/** Files are small and many; more than this many do not make it faster. */
const WORKERS = 8;
