/**
 * Runs `cleanup` when the process ends without having disposed; the newest is run first. Returns the way to take it back.
 *
 * Synchronous, since nothing else works that late. A process killed by a signal nobody handles does not come by here:
 * that is what the sweep of the next start is for.
 */
export function atExit(cleanup: () => void): () => void {
  if (pending.size === 0) process.on('exit', runAll);
  pending.add(cleanup);
  return () => {
    pending.delete(cleanup);
    if (pending.size === 0) process.off('exit', runAll);
  };
}

const pending = new Set<() => void>();

function runAll(): void {
  for (const cleanup of [...pending].toReversed()) {
    try {
      cleanup();
    } catch {
      // The next one still has its turn; what stays is swept by the next start.
    }
  }
}
