/**
 * The start state of a rehearsal: restored anew against branched from a kept server, with the same code as `run`.
 *
 *   npm run build && node bench/branch.mjs BACKUP [ROUNDS]
 *
 * Each round restores on a server of its own and makes the pristine copy, then branches, so that load from outside meets
 * both. Restored: server start, restore, ANALYZE. Branched: attach, comparison of what is outside, drop, copy.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { loadConfig } from '../dist/config/load-config.js';
import { rehearsalRequest } from '../dist/config/rehearsal-request.js';
import { rehearse } from '../dist/rehearsal/rehearse.js';
import { cleanUpServers } from '../dist/rehearsal/keeping/clean-up.js';

const [backup, rounds = '3'] = process.argv.slice(2);
if (backup === undefined) throw new Error('usage: node bench/branch.mjs BACKUP [ROUNDS]');

const folder = mkdtempSync(join(tmpdir(), 'bench-branch-'));
const { signal } = new AbortController();
mkdirSync(join(folder, 'migrations'));
writeFileSync(join(folder, 'migrations/1_a.up.sql'), 'select 1');
writeFileSync(join(folder, 'migrations/1_a.down.sql'), 'select 1');
writeFileSync(
  join(folder, 'pgrehearse.config.yaml'),
  `backup: { file: '${resolve(backup)}' }\nmigrations: { tool: sql }\n`,
);

/** Milliseconds of both, as the run itself says them. */
async function run() {
  const config = await loadConfig(folder, {}, process.env, folder);
  const request = rehearsalRequest(config, { showValues: false, keepServer: { stateFolder: join(folder, 'state') } });
  let branched;
  await rehearse(
    request,
    (event) => {
      if (event.kind === 'restored') branched = event.branched;
    },
    signal,
  );
  return branched;
}

const cleanUp = () =>
  cleanUpServers({ provider: 'local', spec: { settings: {}, projectFolder: folder } }, join(folder, 'state'), signal);

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const results = { restored: [], branched: [] };
try {
  for (let round = 0; round < Number(rounds); round += 1) {
    await run();
    const branched = await run();
    if (branched === undefined) throw new Error('The second run did not branch.');
    results.restored.push(branched.restoreMs);
    results.branched.push(branched.ms);
    console.error(`restored ${Math.round(branched.restoreMs)} ms, branched ${Math.round(branched.ms)} ms`);
    await cleanUp();
  }
} finally {
  await cleanUp();
  rmSync(folder, { recursive: true, force: true });
}
const ratio = median(results.branched.map((ms, round) => ms / results.restored[round]));
console.log(
  JSON.stringify({
    backupBytes: statSync(backup).size,
    rounds: Number(rounds),
    medianMs: Object.fromEntries(Object.entries(results).map(([name, times]) => [name, Math.round(median(times))])),
    'branched / restored': Number(ratio.toFixed(3)),
  }),
);
