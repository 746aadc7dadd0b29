/**
 * `pgrehearse --help` against `node -e 0`: wall clock, and CPU where the system tells that of ended children (Linux).
 *
 *   npm run build && node bench/help.mjs [pairs, default 15]
 *
 * Pairs are run one after the other, in turned order, so that load from outside meets both.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { childrenCpuMs, isChildrenCpuKnown } from './children-cpu.mjs';

const GOAL = 3;
const pairs = Number(process.argv[2] ?? 15);
const HELP = [fileURLToPath(new URL('../dist/cli/main.js', import.meta.url)), '--help'];
const NOTHING = ['-e', '0'];
const measured = { help: { wallMs: [], cpuMs: 0 }, nothing: { wallMs: [], cpuMs: 0 } };
// The first of each reads the files from disk.
run(HELP);
run(NOTHING);
for (let pair = 0; pair < pairs; pair += 1) {
  const turn = [
    ['help', HELP],
    ['nothing', NOTHING],
  ];
  for (const [name, args] of pair % 2 === 0 ? turn : turn.toReversed()) {
    const { wallMs, cpuMs } = run(args);
    measured[name].wallMs.push(wallMs);
    measured[name].cpuMs += cpuMs;
  }
}

const wall = (name) => median(measured[name].wallMs);
const cpu = (name) => measured[name].cpuMs / pairs;
console.log(`Node ${process.versions.node}, ${pairs} pairs`);
console.log('                   pgrehearse --help    node -e 0   ratio');
line('wall, median, ms', wall('help'), wall('nothing'));
if (isChildrenCpuKnown) line('CPU, mean, ms   ', cpu('help'), cpu('nothing'));
console.log(`goal ${GOAL}`);

function line(name, ours, theirs) {
  const columns = [
    ours.toFixed(0).padStart(20),
    theirs.toFixed(0).padStart(13),
    (ours / theirs).toFixed(2).padStart(8),
  ];
  console.log(`${name} ${columns.join('')}`);
}

function run(args) {
  const cpuBeforeMs = childrenCpuMs();
  const startedMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const wallMs = performance.now() - startedMs;
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
  return { wallMs, cpuMs: childrenCpuMs() - cpuBeforeMs };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
