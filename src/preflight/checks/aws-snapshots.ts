import { fail, pass, unknownBecause, warn, type PreflightCheck, type Said } from '../check.ts';
import type { AwsFacts, ResourceFacts, SnapshotFacts } from '../facts/aws.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { isKnown } from '../reading.ts';
import { ageMs, HOUR_MS, inWords, isAge, MINUTE_MS, resourceCheck, saysNothing } from './aws-check.ts';
import { chooseSnapshot, usability } from './choose-snapshot.ts';

const snapshotMissing = resourceCheck({
  id: 'snapshot-missing',
  title: 'There is no usable snapshot',
  group: 'backup',
  effect: 'If the migration goes wrong there is nothing to restore.',
  remedy: 'Take one with `pgrehearse preflight --create-snapshot`.',
  limits: {},
  *ask(resource, { snapshots }, facts) {
    const chosen = chooseSnapshot(facts);
    if (!isKnown(chosen)) yield unknownBecause(chosen);
    else if (chosen.value === undefined) yield fail(whyNone(resource, snapshots, facts));
    else yield pass(`The snapshot ${chosen.value.id} of ${resource.identifier} is complete.`, evidenceOf(chosen.value));
  },
});

function whyNone(resource: ResourceFacts, snapshots: AwsFacts['snapshots'], { policy }: PreflightFacts): string {
  const all = isKnown(snapshots) ? snapshots.value : [];
  const reasons = all
    .slice(0, 3)
    .map((snapshot) => usability(snapshot, resource).why || `${snapshot.id} is not of this run`);
  const which = policy.createSnapshot ? 'snapshot of this run' : 'usable snapshot';
  const seen = reasons.length === 0 ? '' : `: ${reasons.join('; ')}${all.length > 3 ? '; …' : ''}`;
  return `${resource.identifier} has no ${which} (${all.length} looked at${seen}).`;
}

const evidenceOf = ({ id, arn, type, dataTime }: SnapshotFacts) => ({
  snapshot: id,
  arn,
  type,
  ...(dataTime !== undefined && { dataTime }),
});

/** A check of the snapshot to go back to; where there is none, `snapshot-missing` says so. */
const snapshotCheck = <Limits extends object>(
  check: Omit<PreflightCheck<PreflightFacts, Limits>, 'ask' | 'group'> & {
    readonly ask: (
      snapshot: SnapshotFacts,
      resource: ResourceFacts,
      facts: PreflightFacts,
      limits: Limits,
    ) => Iterable<Said>;
  },
): PreflightCheck<PreflightFacts, Limits> =>
  resourceCheck({
    ...check,
    group: 'backup',
    *ask(resource, _aws, facts, limits) {
      const chosen = chooseSnapshot(facts);
      if (!isKnown(chosen)) yield unknownBecause(chosen);
      else if (chosen.value === undefined) yield saysNothing('There is no usable snapshot to look at.');
      else yield* check.ask(chosen.value, resource, facts, limits);
    },
  });

const snapshotStale = snapshotCheck({
  id: 'snapshot-stale',
  title: 'The newest usable snapshot is old',
  effect: 'Restoring it loses everything that was written since.',
  remedy: 'Take one with `pgrehearse preflight --create-snapshot`.',
  limits: { warnHours: 24, maxHours: 48, maxMinutesOfThisRun: 60 },
  *ask(snapshot, _resource, facts, { warnHours, maxHours, maxMinutesOfThisRun }) {
    const { id, dataTime } = snapshot;
    if (dataTime === undefined) {
      // A copy of a cluster's snapshot has only the time of the copy.
      yield saysNothing(`AWS does not say how old the data in ${id} is${snapshot.isCopy ? ', which is a copy' : ''}.`);
      return;
    }
    const old = ageMs(facts, dataTime);
    const ofThisRun = facts.policy.createSnapshot;
    // What came between was wanted: a drill of this very run.
    const drillMs = facts.aws?.drill?.totalMs ?? 0;
    const maxMs = ofThisRun ? maxMinutesOfThisRun * MINUTE_MS + drillMs : maxHours * HOUR_MS;
    const warnMs = ofThisRun ? maxMs : warnHours * HOUR_MS;
    const said = `The newest usable snapshot ${id} holds data of ${inWords(old)} ago; the limit is ${inWords(old > maxMs ? maxMs : warnMs)}.`;
    if (!isAge(old)) yield saysNothing(`The data in ${id} is said to be of ${dataTime}, which lies in the future.`);
    else if (old > maxMs) yield fail(said, evidenceOf(snapshot));
    else yield old > warnMs ? warn(said, evidenceOf(snapshot)) : pass(said, evidenceOf(snapshot));
  },
});

const snapshotTooSmall = snapshotCheck({
  id: 'snapshot-too-small',
  title: 'The snapshot is of a smaller volume than the database has now',
  effect: 'It may lack what was written since the volume grew, and a restore must grow it again.',
  remedy: 'Take one with `pgrehearse preflight --create-snapshot`.',
  limits: {},
  *ask({ id, allocatedGib, sizeBytes }, { kind, allocatedGib: now, identifier }) {
    if (sizeBytes === 0) yield fail(`The snapshot ${id} holds 0 bytes.`);
    else if (kind === 'aurora-cluster') yield { answer: 'skipped', message: 'Volumes of Aurora have no set size.' };
    else if (allocatedGib === undefined || now === undefined)
      yield saysNothing(`AWS does not say how large the volumes of ${id} and ${identifier} are.`);
    else if (allocatedGib < now)
      yield warn(`The snapshot ${id} is of ${allocatedGib} GiB; ${identifier} has ${now} GiB now.`);
    else yield pass(`The snapshot ${id} is of ${allocatedGib} GiB, as ${identifier} has now.`);
  },
});

const snapshotEngineDiffers = snapshotCheck({
  id: 'snapshot-engine-differs',
  title: 'The snapshot is of another major version',
  effect: 'A restore brings back the old server, not the one that production runs.',
  remedy: 'Take a snapshot of the present version with `--create-snapshot`.',
  limits: {},
  *ask({ id, engine, engineVersion }, resource) {
    if (engine === undefined || engineVersion === undefined || resource.engineVersion === '') {
      yield saysNothing(`AWS does not say which versions ${id} and ${resource.identifier} are of.`);
      return;
    }
    const said = `The snapshot ${id} is of ${engine} ${engineVersion}; the database is ${resource.engine} ${resource.engineVersion}.`;
    const isSame = engine === resource.engine && major(engineVersion) === major(resource.engineVersion);
    yield isSame ? pass(said) : fail(said);
  },
});

const major = (version: string): string => version.split('.', 1)[0] ?? '';

const snapshotNotEncrypted = snapshotCheck({
  id: 'snapshot-not-encrypted',
  title: 'The snapshot is less protected than the database',
  effect: 'Data that must be encrypted at rest is not.',
  remedy: 'Copy the snapshot with a key, or take one of the encrypted database.',
  limits: { required: false },
  *ask(snapshot, resource, _facts, { required }) {
    const [ofSnapshot, ofDatabase] = [encryptionOf(snapshot), encryptionOf(resource)];
    if (ofSnapshot === undefined || ofDatabase === undefined)
      yield saysNothing(`AWS does not say whether ${snapshot.id} is encrypted.`);
    else if (ofSnapshot !== 'none') yield pass(`The snapshot ${snapshot.id} is encrypted (${ofSnapshot}).`);
    else if (ofDatabase !== 'none')
      yield fail(`The snapshot ${snapshot.id} is not encrypted; the database is (${ofDatabase}).`);
    else if (required) yield fail(`The snapshot ${snapshot.id} is not encrypted.`);
    else yield pass(`Neither ${snapshot.id} nor the database is encrypted, and the config does not ask for it.`);
  },
});

/** The type comes first: with a key that AWS owns the old field is false (`sse-rds`). */
const encryptionOf = ({ encryptionType, encrypted }: Pick<SnapshotFacts, 'encrypted' | 'encryptionType'>) =>
  encryptionType ?? (encrypted === undefined ? undefined : encrypted ? 'encrypted' : 'none');

const snapshotExpires = snapshotCheck({
  id: 'snapshot-expires-soon',
  title: 'The snapshot goes away soon',
  effect: 'A mistake is often noticed only days after the release.',
  remedy: 'Take a manual one with `--create-snapshot`; it stays until somebody deletes it.',
  limits: { minHours: 24, warnHours: 72 },
  *ask({ id, type, expiresAt }, _resource, facts, { minHours, warnHours }) {
    if (expiresAt === undefined) {
      if (type === 'manual') yield pass(`The manual snapshot ${id} stays until somebody deletes it.`);
      else if (type === 'automated') yield saysNothing(`AWS does not say when the snapshot ${id} goes away.`);
      else yield warn(`AWS Backup decides when the snapshot ${id} goes away.`);
      return;
    }
    const leftMs = -ageMs(facts, expiresAt);
    const said = `The ${type} snapshot ${id} goes away in ${inWords(leftMs)}; the limit is ${leftMs < minHours * HOUR_MS ? minHours : warnHours} h.`;
    if (Number.isNaN(leftMs)) yield saysNothing(said);
    else if (leftMs < minHours * HOUR_MS) yield fail(said);
    else yield leftMs < warnHours * HOUR_MS ? warn(said) : pass(said);
  },
});

export const awsSnapshotChecks: readonly PreflightCheck<PreflightFacts>[] = [
  snapshotMissing,
  snapshotStale,
  snapshotTooSmall,
  snapshotEngineDiffers,
  snapshotNotEncrypted,
  snapshotExpires,
];
