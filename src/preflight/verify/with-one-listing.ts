import type { MigrationSource } from '../../migrations/source.ts';

/** Reading the folder may start a process of the user's code; once is enough. */
export function withOneListing(source: MigrationSource, signal: AbortSignal): MigrationSource {
  const listing = source.list(signal);
  // Whoever asks first hears of it; until then it must not count as unhandled.
  listing.catch(() => {});
  return {
    tool: source.tool,
    list: () => listing,
    open: (target, by) => source.open(target, by),
    readApplied: (books) => source.readApplied(books),
  };
}
