/**
 * Warm start to first query against bare `initdb` + `postgres` + first query of the same binaries.
 * `npm run build && node bench/warm-start.mjs [major] [rounds]`
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { connect } from '../dist/postgres/connect.js';
import { localServer } from '../dist/server/index.js';
import { findBinaries } from '../dist/server/local/binaries/find-binaries.js';
import { openCacheFolder } from '../dist/server/local/cache-folder.js';
import { findServerUser } from '../dist/server/local/server-user.js';

const { signal } = new AbortController();
const [major, rounds = 7] = process.argv.slice(2).map(Number);
const spec = { settings: {}, projectFolder: process.cwd(), ...(major > 0 && { postgresVersion: major }) };
const user = await findServerUser();
const cacheFolder = await openCacheFolder(user, tmpdir());
const binaries = await findBinaries(spec, { user, cacheFolder }, signal);

const measured = { warm: [], bare: [], stop: [] };
await warm();
for (const key of Object.keys(measured)) measured[key].length = 0;
// Turn by turn, so that what else the machine does falls on both.
for (let round = 0; round < rounds; round++) {
  await warm();
  await bare();
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
console.log(`PostgreSQL ${binaries.major}, median of ${rounds}, ms`);
console.log(`  bare initdb + start + first query  ${median(measured.bare).toFixed(0).padStart(6)}`);
console.log(`  warm start to first query          ${median(measured.warm).toFixed(0).padStart(6)}`);
console.log(`  disposal                           ${median(measured.stop).toFixed(0).padStart(6)}`);
console.log(
  `  ratio warm / bare                  ${(median(measured.warm) / median(measured.bare)).toFixed(2).padStart(6)}`,
);

async function warm() {
  const startedMs = performance.now();
  const server = await localServer.start(spec, signal);
  await firstQuery(server.target('postgres').connectionString);
  measured.warm.push(performance.now() - startedMs);
  const stoppingMs = performance.now();
  await server[Symbol.asyncDispose]();
  measured.stop.push(performance.now() - stoppingMs);
}

async function bare() {
  const folder = mkdtempSync(join(tmpdir(), 'warm-start-'));
  if (user) chownSync(folder, user.uid, user.gid);
  chmodSync(folder, 0o700);
  const port = await freePort();
  const options = { ...user, cwd: folder, stdio: 'ignore' };
  const startedMs = performance.now();
  const data = join(folder, 'data');
  execFileSync(join(binaries.folder, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust'], options);
  const args = ['-D', data, '-p', String(port), '-k', folder, '-h', '127.0.0.1'];
  const server = spawn(join(binaries.folder, 'postgres'), args, options);
  while (!(await answers(port))) await delay(4);
  measured.bare.push(performance.now() - startedMs);
  const ended = once(server, 'exit');
  server.kill('SIGQUIT');
  await ended;
  rmSync(folder, { recursive: true, maxRetries: 10 });
}

async function answers(port) {
  try {
    await firstQuery(`postgres://postgres@127.0.0.1:${port}/postgres`);
    return true;
  } catch {
    return false;
  }
}

async function firstQuery(connectionString) {
  const database = await connect(connectionString, { applicationName: 'bench' });
  await database.query('select 1');
  await database[Symbol.asyncDispose]();
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}
