// `pgrehearse preflight` as a whole process against the AWS test server with 1,000 snapshots and 200 instances, beside
// the same with one of each: `node --import tsx bench/preflight.mjs`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const { aSnapshot } = await import('../test/helpers/aws-server/world/snapshots.ts');
const { anInstance } = await import('../test/helpers/aws-server/world/instances.ts');
const { aProductionRig } = await import('../test/helpers/production-rig.ts');

const GOAL_MS = 5_000;
const ROUNDS = 3;
const LATENCY_MS = 20;

const rig = await aProductionRig();
try {
  rig.aws.world.latencyMs = LATENCY_MS;
  const few = await median(rig);
  rig.aws.world.snapshots.push(
    ...named(999, (id) => aSnapshot({ DBSnapshotIdentifier: id, EngineVersion: rig.server.version })),
  );
  rig.aws.world.instances.push(...named(199, (id) => anInstance({ DBInstanceIdentifier: id })));
  const many = await median(rig);
  console.log(
    `node ${process.versions.node}, PostgreSQL ${rig.server.version}, every answer of AWS takes ${LATENCY_MS} ms or more`,
  );
  console.log(`1 snapshot, 1 instance: ${Math.round(few)} ms`);
  console.log(
    `1,000 snapshots, 200 instances: ${Math.round(many)} ms (goal ${GOAL_MS} ms), ratio ${(many / few).toFixed(2)}`,
  );
  console.log(`most calls in flight: ${rig.aws.mostInFlight} (goal 2)`);
} finally {
  await rig[Symbol.asyncDispose]();
}

async function median({ folder, env }) {
  const times = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedAt = performance.now();
    const argv = ['dist/cli/main.js', 'preflight', folder, '--allow-custom-endpoint', '--quiet'];
    const child = spawn(process.execPath, argv, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`pgrehearse preflight ended with ${code}`);
    times.push(performance.now() - startedAt);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)];
}

function named(count, make) {
  return Array.from({ length: count }, (_, index) => make(`other-${index}`));
}
