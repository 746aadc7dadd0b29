import type { UrlFacts } from './facts.ts';
import { publicAddress, requestError, withoutCredentials } from './public-address.ts';
import type { HealthUrl } from './settings.ts';

/** Rejects only when `signal` is aborted. */
export async function askUrls(urls: readonly HealthUrl[], signal: AbortSignal): Promise<UrlFacts[]> {
  return await Promise.all(urls.map((url) => askUrl(url, signal)));
}

/** One GET; redirects are followed, and the last answer counts. */
async function askUrl(asked: HealthUrl, signal: AbortSignal): Promise<UrlFacts> {
  const startedAt = performance.now();
  const answer = await get(asked, signal).catch((thrown: unknown) => {
    signal.throwIfAborted();
    return { error: requestError(thrown) };
  });
  return {
    url: publicAddress(asked.url),
    ...(asked.status !== undefined && { expectedStatus: asked.status }),
    ...answer,
    durationMs: performance.now() - startedAt,
  };
}

async function get(
  { url, contains, timeoutMs = DEFAULT_TIMEOUT_MS }: HealthUrl,
  signal: AbortSignal,
): Promise<Pick<UrlFacts, 'status' | 'containsText'>> {
  const { url: address, headers } = withoutCredentials(url);
  const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const response = await fetch(address, { headers: { ...headers, 'user-agent': 'pgrehearse' }, signal: limited });
  if (contains === undefined) {
    await response.body?.cancel();
    return { status: response.status };
  }
  return { status: response.status, containsText: (await beginningOf(response)).includes(contains) };
}

async function beginningOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    // Leaving the loop ends the transfer.
    if (bytes >= MOST_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MOST_BYTES).toString('utf8');
}

const DEFAULT_TIMEOUT_MS = 10_000;
const MOST_BYTES = 1 << 20;
