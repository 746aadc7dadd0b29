import type { OnEvent } from '../rehearsal/events.ts';
import { liveProgress } from './live-progress.ts';
import { plainProgress } from './plain-progress.ts';
import type { Terminal } from './terminal.ts';

/** What is said on stderr while a rehearsal runs. */
export interface Progress {
  readonly onEvent: OnEvent;
  /** Takes away what should not stay. */
  readonly stop: () => void;
}

/** Live on a terminal, one line per step in a log, nothing when quiet. */
export function progressFor(terminal: Terminal, { isQuiet }: { readonly isQuiet: boolean }): Progress {
  if (isQuiet) return { onEvent: () => {}, stop: () => {} };
  const { liveColumns } = terminal;
  return liveColumns === undefined ? plainProgress(terminal) : liveProgress(terminal, liveColumns);
}
