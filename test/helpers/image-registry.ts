import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A registry of images on loopback, which an engine takes without TLS. */
export interface ImageRegistry extends AsyncDisposable {
  /** As an image's name begins: `127.0.0.1:41234`. */
  readonly name: string;
  /** From now on: all is served, all but what is large, or nothing. */
  mood: 'well' | 'lacks a layer' | 'closed';
}

/**
 * Serves one image of the engine as `NAME/postgres:15`.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export async function startRegistry(image: string): Promise<ImageRegistry> {
  const blobs = new Map<string, Buffer>();
  const manifest = Buffer.from(JSON.stringify(manifestOf(image, blobs)));
  const server = createServer(({ url = '', method }, response) => {
    if (registry.mood === 'closed') return refuse(response, 401, 'UNAUTHORIZED', 'authentication required');
    if (url === '/v2/') return response.end('{}');
    if (/^\/v2\/postgres\/manifests\/(?:15|sha256:)/.test(url)) return serve(response, manifest, MANIFEST, method);
    if (url.startsWith('/v2/postgres/manifests/')) return refuse(response, 404, 'MANIFEST_UNKNOWN', 'manifest unknown');
    const blob = blobs.get(url.replace('/v2/postgres/blobs/', ''));
    if (blob === undefined || (registry.mood !== 'well' && blob.length > 100_000))
      return refuse(response, 404, 'BLOB_UNKNOWN', 'blob unknown');
    serve(response, blob, 'application/octet-stream', method);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const registry: ImageRegistry = {
    name: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    mood: 'well',
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return registry;
}

interface SavedImage {
  readonly Config: string;
  readonly Layers: readonly string[];
}

function manifestOf(image: string, blobs: Map<string, Buffer>): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-test-'));
  try {
    const archive = execFileSync('docker', ['save', image], { maxBuffer: 1024 ** 3 });
    execFileSync('tar', ['-x', '-C', folder], { input: archive });
    const [saved]: readonly SavedImage[] = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    const add = (file: string, mediaType: string): unknown => {
      const blob = readFileSync(join(folder, file));
      const digest = digestOf(blob);
      blobs.set(digest, blob);
      return { mediaType, size: blob.length, digest };
    };
    return {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: add(saved?.Config ?? '', 'application/vnd.docker.container.image.v1+json'),
      layers: saved?.Layers.map((file) => add(file, 'application/vnd.docker.image.rootfs.diff.tar')),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function serve(response: ServerResponse, body: Buffer, type: string, method = 'GET'): void {
  const headers = { 'Content-Type': type, 'Content-Length': body.length, 'Docker-Content-Digest': digestOf(body) };
  response.writeHead(200, headers);
  response.end(method === 'HEAD' ? undefined : body);
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'WWW-Authenticate': 'Basic realm="test"' });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
}

const digestOf = (blob: Buffer): string => `sha256:${createHash('sha256').update(blob).digest('hex')}`;

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
