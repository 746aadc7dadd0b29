import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with one GET of an object; `after`: bytes of the body that are sent before. */
type S3Fault =
  | { readonly kind: 'cut' | 'hang' | 'well'; readonly after?: number }
  | { readonly kind: 'error'; readonly status: number; readonly code: string }
  /** As one that knows no ranges. */
  | { readonly kind: 'ignoresRange' }
  /** The object is another one from here on. */
  | { readonly kind: 'replaced' };

interface StoredObject {
  readonly body: Buffer;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** As much of S3 as a download sees, with faults that no emulator has. Its answers follow the reference of the API. */
export interface S3Server extends AsyncDisposable {
  readonly url: string;
  /** `GET /backups/shop.dump bytes=5- "etag"`, one each. */
  readonly requests: readonly string[];
  put(key: string, body: Buffer | string, headers?: Readonly<Record<string, string>>): void;
  /** For the next GETs of objects, one each; the last one again and again if `forEver`. */
  fail(faults: readonly S3Fault[], forEver?: boolean): void;
  /** The region that requests must be signed for. */
  livesIn(region: string): void;
  /** Listings say from now on that there is more, and not how to ask for it. */
  forgetTokens(): void;
}

export const BUCKET = 'backups';

/** Objects on a page of a listing. */
const PAGE = 3;

export async function startS3Server(): Promise<S3Server> {
  const state = new State();
  const server = createServer((request, response) => answer(state, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests: state.requests,
    put: (key, body, headers = {}) => state.put(key, Buffer.from(body), headers),
    fail: (faults, forEver = false) => {
      state.faults = [...faults];
      state.forEver = forEver;
    },
    livesIn: (region) => {
      state.region = region;
    },
    forgetTokens: () => {
      state.forgetsToken = true;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

class State {
  readonly requests: string[] = [];
  readonly objects = new Map<string, StoredObject>();
  faults: S3Fault[] = [];
  forEver = false;
  region: string | undefined;
  forgetsToken = false;

  put(key: string, body: Buffer, headers: Readonly<Record<string, string>>): void {
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    this.objects.set(key, { body, etag, headers });
  }

  nextFault(): S3Fault {
    const fault = (this.forEver && this.faults.length === 1 ? this.faults[0] : this.faults.shift()) ?? { kind: 'well' };
    return fault;
  }
}

function answer(state: State, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '', 'http://s3');
  const { range = '', 'if-match': match = '' } = request.headers;
  state.requests.push([request.method, decodeURIComponent(url.pathname), range, match].filter(Boolean).join(' '));
  const [, bucket, key = ''] = /^\/([^/]+)\/?(.*)$/.exec(decodeURIComponent(url.pathname)) ?? [];
  const signedFor = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1];
  if (state.region !== undefined && signedFor !== state.region) {
    response.setHeader('x-amz-bucket-region', state.region);
    return error(response, 301, 'PermanentRedirect');
  }
  if (bucket !== BUCKET) return error(response, 404, 'NoSuchBucket');
  if (key === '') return list(state, url.searchParams, response);
  return object(state, key, { range, match }, response);
}

function object(
  state: State,
  key: string,
  { range, match }: { readonly range: string; readonly match: string },
  response: ServerResponse,
): void {
  const found = state.objects.get(key);
  if (!found) return error(response, 404, 'NoSuchKey');
  const fault = state.nextFault();
  if (fault.kind === 'error') return error(response, fault.status, fault.code);
  if (fault.kind === 'replaced') state.put(key, Buffer.from('another one'), {});
  const { body, etag, headers } = state.objects.get(key) ?? found;
  if (match !== '' && match !== etag) return error(response, 412, 'PreconditionFailed');
  const from = fault.kind === 'ignoresRange' ? 0 : Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0);
  const rest = body.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': rest.length,
    etag,
    // Of a range S3 gives no checksum.
    ...(range === '' && headers),
    ...(from > 0 && { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` }),
  });
  const after = 'after' in fault ? fault.after : undefined;
  if (fault.kind === 'cut') response.write(rest.subarray(0, after), () => response.destroy());
  else if (fault.kind === 'hang') response.write(rest.subarray(0, after));
  else response.end(rest);
}

function list(state: State, query: URLSearchParams, response: ServerResponse): void {
  const keys = [...state.objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '')).toSorted();
  const from = Number(query.get('continuation-token') ?? 0);
  const page = keys.slice(from, from + PAGE);
  const isTruncated = from + PAGE < keys.length;
  const next =
    isTruncated && !state.forgetsToken ? `<NextContinuationToken>${from + PAGE}</NextContinuationToken>` : '';
  const contents = page.map((key) => {
    const { body, etag } = state.objects.get(key) ?? { body: Buffer.alloc(0), etag: '' };
    return `<Contents><Key>${escaped(key)}</Key><ETag>${escaped(etag)}</ETag><Size>${body.length}</Size></Contents>`;
  });
  response.end(
    `<?xml version="1.0"?><ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`,
  );
}

const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (char) => `&#${char.codePointAt(0) ?? 0};`);

function error(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code} it is</Message></Error>`);
}
