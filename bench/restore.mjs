/**
 * Our restore of an archive against plain `pg_restore -j1` and `-j2` into a server with default settings.
 *
 *   npm run build && node bench/restore.mjs ARCHIVE [ROUNDS]
 *
 * Pairs are run one after the other in each round, so that load from outside meets both; what counts is the ratio. Servers
 * are of the same binaries and started before the clock. Ours includes the survey of the archive and ANALYZE.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openBackup } from '../dist/backup/index.js';
import { connect } from '../dist/postgres/connect.js';
import { localServer } from '../dist/server/index.js';

const [archive, rounds = '3'] = process.argv.slice(2);
if (archive === undefined) throw new Error('usage: node bench/restore.mjs ARCHIVE [ROUNDS]');

const MAJOR = Number(process.env.BENCH_MAJOR ?? 15);
const BINARIES = process.env.BENCH_BINARIES ?? `/usr/lib/postgresql/${MAJOR}/bin`;
const PORT = 55_431;
const signal = new AbortController().signal;

/** As another user when we are root, which PostgreSQL refuses. */
const run = (program, args) => {
  const isRoot = process.getuid?.() === 0;
  const [file, ...rest] = isRoot
    ? ['runuser', '-u', 'postgres', '--', join(BINARIES, program), ...args]
    : [join(BINARIES, program), ...args];
  execFileSync(file, rest, { stdio: ['ignore', 'ignore', 'inherit'] });
};

const folder = mkdtempSync(join(tmpdir(), 'bench-restore-'));
chmodSync(folder, 0o755);

async function plain(jobs) {
  const data = join(folder, `data-${jobs}`);
  mkdirSync(data);
  if (process.getuid?.() === 0)
    chownSync(data, Number(execFileSync('id', ['-u', 'postgres'])), Number(execFileSync('id', ['-g', 'postgres'])));
  run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync']);
  run('pg_ctl', ['-D', data, '-l', join(data, 'log'), '-o', `-p ${PORT} -k '' -h 127.0.0.1`, '-w', 'start']);
  try {
    await createDatabase(`postgres://postgres@127.0.0.1:${PORT}/postgres`);
    const startMs = performance.now();
    const target = `--dbname=postgres://postgres@127.0.0.1:${PORT}/bench`;
    execFileSync(join(BINARIES, 'pg_restore'), [target, '--no-owner', '--no-acl', `--jobs=${jobs}`, archive], {
      stdio: 'inherit',
    });
    return performance.now() - startMs;
  } finally {
    run('pg_ctl', ['-D', data, '-m', 'immediate', 'stop']);
    rmSync(data, { recursive: true });
  }
}

async function ours() {
  const spec = { postgresVersion: MAJOR, binaries: BINARIES, settings: {}, projectFolder: process.cwd() };
  const server = await localServer.start(spec, signal);
  try {
    await createDatabase(server.target('postgres').connectionString);
    const backup = await openBackup(archive, {}, signal);
    const { durationMs, complaints } = await backup.restore(server.target('bench'), () => {}, signal);
    if (complaints.length > 0) throw new Error(JSON.stringify(complaints.slice(0, 3)));
    return durationMs;
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

async function createDatabase(connectionString) {
  const database = await connect(connectionString, { applicationName: 'bench' });
  await database.script('create database bench');
  await database[Symbol.asyncDispose]();
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const results = { ours: [], j1: [], j2: [] };
try {
  for (let round = 0; round < Number(rounds); round += 1) {
    results.j1.push(await plain(1));
    results.ours.push(await ours());
    results.j2.push(await plain(2));
    console.error(
      Object.entries(results)
        .map(([name, times]) => `${name} ${Math.round(times.at(-1))} ms`)
        .join(', '),
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const ratio = (other) => Number(median(results.ours.map((time, round) => time / results[other][round])).toFixed(2));
console.log(
  JSON.stringify({
    archive: archive.split('/').at(-1),
    rounds: Number(rounds),
    medianMs: Object.fromEntries(Object.entries(results).map(([name, times]) => [name, Math.round(median(times))])),
    ratios: { 'ours / pg_restore -j1': ratio('j1'), 'ours / pg_restore -j2': ratio('j2') },
  }),
);
