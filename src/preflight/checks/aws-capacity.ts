import { byteSize } from '../../support/amounts.ts';
import { fail, pass, skipped, unknownBecause, warn, whenKnown, type PreflightCheck, type Said } from '../check.ts';
import type { AwsFacts } from '../facts/aws.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { isKnown } from '../reading.ts';
import { ageMs, GIB, inWords, MINUTE_MS, resourceCheck, saysNothing } from './aws-check.ts';
import { rehearsedGrowthBytes } from './rehearsed.ts';

/** CloudWatch is minutes behind; what is older tells nothing of now. */
const OLDEST_POINT_MS = 10 * MINUTE_MS;

/** What a metric is now; unknown where its newest point is missing or old. */
function* whenMeasured(
  { metrics }: AwsFacts,
  facts: PreflightFacts,
  name: string,
  say: (value: number) => Iterable<Said>,
): Iterable<Said> {
  yield* whenKnown(metrics, function* ({ [name]: point }) {
    if (point === undefined) yield saysNothing(`CloudWatch has no point of ${name}.`);
    else if (!(ageMs(facts, point.at) <= OLDEST_POINT_MS))
      yield saysNothing(`The newest point of ${name} is ${inWords(ageMs(facts, point.at))} old.`);
    else yield* say(point.value);
  });
}

const storageLow = resourceCheck({
  id: 'storage-low',
  title: 'The disk may become full during the migration',
  group: 'environment',
  effect: 'A full disk stops the database; growing by itself comes too late for a rewrite.',
  remedy: 'Grow the volume first.',
  limits: { minPercent: 10, warnPercent: 20, growthFactor: 2 },
  *ask({ kind, identifier, allocatedGib }, aws, facts, { minPercent, warnPercent, growthFactor }) {
    if (kind === 'aurora-cluster') {
      yield skipped('Volumes of Aurora grow by themselves.');
      return;
    }
    yield* whenMeasured(aws, facts, 'FreeStorageSpace', function* (free) {
      if (allocatedGib === undefined) {
        yield saysNothing(`AWS does not say how large the volume of ${identifier} is.`);
        return;
      }
      const measured = rehearsedGrowthBytes(facts);
      const growth = isKnown(measured) ? measured.value : 0;
      const needed = Math.max((allocatedGib * GIB * minPercent) / 100, growth * growthFactor);
      const grown = growth > 0 ? `, and the rehearsal grew by ${byteSize(growth)}` : '';
      const said = `${byteSize(free)} of ${allocatedGib} GiB of ${identifier} are free; the limit is ${byteSize(needed)}${grown}.`;
      const evidence = { freeBytes: free, neededBytes: Math.round(needed) };
      if (free < needed) yield fail(said, evidence);
      else if (!isKnown(measured)) yield unknownBecause(measured);
      else yield free < (allocatedGib * GIB * warnPercent) / 100 ? warn(said, evidence) : pass(said, evidence);
    });
  },
});

const localStorageLow = resourceCheck({
  id: 'local-storage-low',
  title: 'Aurora’s local disk is short',
  group: 'environment',
  effect: 'Sorting for a new index spills there; it ends with “No space left on device”.',
  remedy: 'Use a larger instance class for the migration.',
  limits: { minGib: 1, warnGib: 5 },
  *ask({ kind, identifier }, aws, facts, { minGib, warnGib }) {
    if (kind !== 'aurora-cluster') {
      yield skipped(`${identifier} is not Aurora.`);
      return;
    }
    yield* whenMeasured(aws, facts, 'FreeLocalStorage', function* (free) {
      const said = `${byteSize(free)} of local storage of ${identifier} are free; the limit is ${minGib} GiB.`;
      if (free < minGib * GIB) yield fail(said);
      else yield free < warnGib * GIB ? warn(said) : pass(said);
    });
  },
});

const burstBalanceLow = resourceCheck({
  id: 'burst-balance-low',
  title: 'The volume’s burst credits are nearly used up',
  group: 'environment',
  effect: 'The disk becomes slow in the middle of the migration.',
  remedy: 'Wait until the balance has recovered, or move to gp3.',
  limits: { warnPercent: 20 },
  *ask({ identifier, storageType }, aws, facts, { warnPercent }) {
    if (storageType !== 'gp2') {
      yield skipped(`${identifier} has no storage with burst credits (${storageType ?? 'no type given'}).`);
      return;
    }
    yield* whenMeasured(aws, facts, 'BurstBalance', function* (percent) {
      const said = `The burst balance of ${identifier} is ${Math.round(percent)} %; the limit is ${warnPercent} %.`;
      yield percent < warnPercent ? warn(said) : pass(said);
    });
  },
});

const cpuBusy = resourceCheck({
  id: 'cpu-busy',
  title: 'The processor is busy',
  group: 'environment',
  effect: 'The migration takes longer than it was rehearsed, with its locks held.',
  remedy: 'Migrate at a quieter time.',
  limits: { warnPercent: 85 },
  *ask({ identifier }, aws, facts, { warnPercent }) {
    yield* whenMeasured(aws, facts, 'CPUUtilization', function* (percent) {
      const said = `The CPU of ${identifier} is at ${Math.round(percent)} %; the limit is ${warnPercent} %.`;
      yield percent > warnPercent ? warn(said) : pass(said);
    });
  },
});

const slotLagging = resourceCheck({
  id: 'aws-slot-lagging',
  title: 'A replication slot holds back WAL, says CloudWatch',
  group: 'environment',
  effect: 'A migration that writes much fills the disk behind it.',
  remedy: 'Let the consumer catch up, or drop the slot.',
  limits: { warnGib: 1, maxGib: 5 },
  *ask({ kind, identifier }, aws, facts, { warnGib, maxGib }) {
    if (kind === 'aurora-cluster') yield skipped('Aurora keeps WAL in its own storage.');
    else
      yield* whenMeasuredOrAbsent(aws, facts, 'OldestReplicationSlotLag', function* (bytes) {
        const said = `The oldest replication slot of ${identifier} is ${byteSize(Math.max(0, bytes))} behind; the limit is ${maxGib} GiB.`;
        if (bytes > maxGib * GIB) yield fail(said);
        else yield bytes > warnGib * GIB ? warn(said) : pass(said);
      });
  },
});

const logsLarge = resourceCheck({
  id: 'aws-transaction-logs-large',
  title: 'Transaction logs take much of the disk',
  group: 'environment',
  effect: 'Something holds them back, and the migration will add to them.',
  remedy: 'Find the slot or the archiver that lags.',
  limits: { warnPercent: 20 },
  *ask({ kind, identifier, allocatedGib }, aws, facts, { warnPercent }) {
    if (kind === 'aurora-cluster') yield skipped('Aurora keeps WAL in its own storage.');
    else if (allocatedGib === undefined)
      yield saysNothing(`AWS does not say how large the volume of ${identifier} is.`);
    else
      yield* whenMeasured(aws, facts, 'TransactionLogsDiskUsage', function* (bytes) {
        const percent = (bytes / (allocatedGib * GIB)) * 100;
        const said = `Transaction logs take ${byteSize(bytes)}, ${Math.round(percent)} % of the volume; the limit is ${warnPercent} %.`;
        yield percent > warnPercent ? warn(said) : pass(said);
      });
  },
});

const idsRunningOut = resourceCheck({
  id: 'aws-transaction-ids-running-out',
  title: 'Transaction ids are running out, says CloudWatch',
  group: 'environment',
  effect: 'At 2 billion the database stops accepting writes.',
  remedy: 'Vacuum the oldest tables first.',
  limits: { warnMillions: 1_000, maxMillions: 1_500 },
  *ask({ identifier }, aws, facts, { warnMillions, maxMillions }) {
    yield* whenMeasured(aws, facts, 'MaximumUsedTransactionIDs', function* (ids) {
      const millions = Math.round(ids / 1_000_000);
      const said = `${identifier} has used ${millions} million transaction ids; the limit is ${maxMillions} million.`;
      if (millions > maxMillions) yield fail(said);
      else yield millions > warnMillions ? warn(said) : pass(said);
    });
  },
});

/** RDS sends it only where there is a slot. */
function* whenMeasuredOrAbsent(
  aws: AwsFacts,
  facts: PreflightFacts,
  name: string,
  say: (value: number) => Iterable<Said>,
): Iterable<Said> {
  yield* whenKnown(aws.metrics, function* (metrics) {
    if (name in metrics) yield* whenMeasured(aws, facts, name, say);
    else yield skipped(`CloudWatch has no point of ${name}.`);
  });
}

export const awsCapacityChecks: readonly PreflightCheck<PreflightFacts>[] = [
  storageLow,
  localStorageLow,
  burstBalanceLow,
  cpuBusy,
  slotLagging,
  logsLarge,
  idsRunningOut,
];
