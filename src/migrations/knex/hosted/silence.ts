/** Something that keeps the process alive while nothing is asked of it, such as a connection of the pool. */
export interface Idler {
  /** An answer is awaited from it. */
  isBusy(): boolean;
  ref(): void;
  unref(): void;
}

/**
 * Notices when the promise that is awaited can never settle: but for what idles nothing is left that would keep Node
 * running, so that no JavaScript will ever run again. Only a timer that was unref'ed could still do something; hence the
 * patience.
 *
 * @param idlers the idle connections, and whatever else of the tool does not count; asked for at every look
 * @returns ends the watch
 */
export function noticeSilence(idlers: () => readonly Idler[], onSilence: () => void, patienceMs: number): () => void {
  let emptied = false;
  let silentSinceMs: number | undefined;

  const holdOn = (): void => {
    process.channel?.ref();
    for (const idler of idlers()) idler.ref();
  };
  const look = (): void => {
    if (!emptied) silentSinceMs = undefined;
    emptied = false;
    process.channel?.unref();
    for (const idler of idlers()) if (!idler.isBusy()) idler.unref();
  };
  /** Node would end here. It goes on with what is held on to. */
  const onEmpty = (): void => {
    const isBusy = idlers().some((idler) => idler.isBusy());
    holdOn();
    if (isBusy) return;
    emptied = true;
    silentSinceMs ??= performance.now();
    if (performance.now() - silentSinceMs >= patienceMs) onSilence();
  };

  const looks = setInterval(look, Math.min(LOOK_MS, patienceMs)).unref();
  const uncover = coverBeforeExit(onEmpty);
  return () => {
    clearInterval(looks);
    uncover();
    holdOn();
  };
}

const LOOK_MS = 1_000;

/** Code of the user's that waits for the end of its process must not hear of an end that does not come. */
function coverBeforeExit(listener: () => void): () => void {
  const original: unknown = Reflect.get(process, 'emit');
  if (typeof original !== 'function') return () => {};
  const emit = (...args: unknown[]): unknown => {
    if (args[0] !== 'beforeExit') return Reflect.apply(original, process, args);
    listener();
    return true;
  };
  Reflect.set(process, 'emit', emit);
  return () => {
    // Another may have put its own around ours meanwhile; then it only passes on.
    if (Reflect.get(process, 'emit') === emit) Reflect.set(process, 'emit', original);
  };
}
