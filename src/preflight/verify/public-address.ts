import { codeOf } from '../../support/errors.ts';

/** An address as it may be printed: no credentials, no query, no fragment. */
export function publicAddress(url: string): string {
  if (!URL.canParse(url)) return '(not a URL)';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** Host alone, for addresses whose path is a secret, as webhooks have. */
export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : '(not a URL)');

/** `fetch` refuses addresses with credentials, and quotes them while it does so. */
export function withoutCredentials(url: string): { readonly url: string; readonly headers: Record<string, string> } {
  const plain = new URL(url);
  const { username, password } = plain;
  if (username === '' && password === '') return { url: plain.href, headers: {} };
  plain.username = '';
  plain.password = '';
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url: plain.href, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}

/** What went wrong with a request, without the address: it may hold secrets. */
export function requestError(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'the request failed';
  if (thrown.name === 'TimeoutError') return 'no complete answer in time';
  const { cause } = thrown;
  const code = codeOf(cause);
  if (code !== undefined) return `the request failed with ${code}`;
  if (cause instanceof Error && /^redirect count exceeded$/i.test(cause.message)) return 'it redirects for ever';
  return 'the request failed';
}
