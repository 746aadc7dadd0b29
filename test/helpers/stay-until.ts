/** Keeps the process alive until the signal says so. */
export async function stayUntil(signal: AbortSignal): Promise<void> {
  const keepAlive = setInterval(() => {}, 1000);
  await new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', resolve);
  });
  clearInterval(keepAlive);
}
