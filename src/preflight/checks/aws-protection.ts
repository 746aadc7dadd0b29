import { fail, pass, skipped, warn, whenKnown, type PreflightCheck } from '../check.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { awsCheck, resourceCheck, saysNothing } from './aws-check.ts';

const keyUnusable = resourceCheck({
  id: 'encryption-key-unusable',
  title: 'A key that backups are encrypted with cannot be used',
  group: 'backup',
  effect: 'Without the key they are noise; a deleted key is gone for good.',
  remedy: 'Enable the key, or cancel its deletion.',
  limits: {},
  *ask({ identifier, encrypted, encryptionType }, { keys }) {
    if (keys === undefined) {
      if (encrypted === true && encryptionType !== 'sse-rds')
        yield saysNothing(`${identifier} is encrypted, and AWS does not say with which key.`);
      else yield skipped(`Nothing of ${identifier} is encrypted with a key of KMS.`);
      return;
    }
    yield* whenKnown(keys, function* (all) {
      const bad = all.filter(({ state }) => state !== 'Enabled');
      for (const { keyId, state, deletionAt, usedBy } of bad) {
        const when = deletionAt === undefined ? '' : ` and will be deleted at ${deletionAt}`;
        yield fail(`The key ${keyId} of ${usedBy.join(', ')} is ${state}${when}.`);
      }
      if (bad.length === 0) yield pass(`All ${all.length} keys of database and snapshots are enabled.`);
    });
  },
});

const snapshotShared = resourceCheck({
  id: 'snapshot-shared',
  title: 'A snapshot can be restored by others',
  group: 'backup',
  effect: 'A public snapshot is a data leak.',
  remedy: 'Take the permission to restore it away, or list the account in `allowedAccounts`.',
  limits: { allowedAccounts: '' },
  *ask({ identifier }, { sharing }, _facts, { allowedAccounts }) {
    const allowed = new Set(allowedAccounts.split(/[\s,]+/));
    yield* whenKnown(sharing, function* (shares) {
      let isQuiet = true;
      for (const [id, accounts] of Object.entries(shares)) {
        const others = accounts.filter((account) => account !== 'all' && !allowed.has(account));
        if (accounts.includes('all')) yield fail(`The snapshot ${id} is public.`);
        else if (others.length > 0) yield warn(`The snapshot ${id} is shared with ${others.join(', ')}.`);
        isQuiet &&= !accounts.includes('all') && others.length === 0;
      }
      if (isQuiet)
        yield pass(`None of ${Object.keys(shares).length} manual snapshots of ${identifier} looked at is shared.`);
    });
  },
});

const notCreated = awsCheck({
  id: 'snapshot-not-created',
  title: 'The snapshot that was asked for was not made',
  group: 'backup',
  effect: 'The release counts on it.',
  remedy: 'See the reason; snapshots need a database that is available, and a quota that is not used up.',
  limits: {},
  *ask({ created }, { policy }) {
    if (created === undefined) {
      yield policy.createSnapshot
        ? saysNothing('Nothing is known of the snapshot that was asked for.')
        : skipped('No snapshot was asked for.');
      return;
    }
    const { id, status, reason, waitedMs, mayExist } = created;
    const why = reason === undefined ? '' : `: ${reason}`;
    const stays = mayExist ? '; it stays, or may stay, where it is' : '';
    if (status === 'available')
      yield pass(`The snapshot ${id} was made in ${Math.round(waitedMs / 1_000)} s.`, { snapshot: id });
    else yield fail(`The snapshot ${id} is ${status}${why}${stays}.`, { snapshot: id });
  },
});

const quotaReached = resourceCheck({
  id: 'snapshot-quota-reached',
  title: 'No further manual snapshot can be made',
  group: 'backup',
  effect: 'The snapshot before the release fails.',
  remedy: 'Delete old manual snapshots, or ask AWS for a higher quota.',
  limits: { warnPercent: 90 },
  *ask({ kind }, { quotas, created }, { policy }, { warnPercent }) {
    const name = kind === 'instance' ? 'ManualSnapshots' : 'ManualClusterSnapshots';
    yield* whenKnown(quotas, function* ({ [name]: quota }) {
      if (quota === undefined) {
        yield saysNothing(`AWS does not say how many ${name} there may be.`);
        return;
      }
      const { used, max } = quota;
      const said = `${used} of ${max} ${name} are used; the limit is ${warnPercent} %.`;
      if (used >= max) yield policy.createSnapshot && created?.status !== 'available' ? fail(said) : warn(said);
      else yield used >= (max * warnPercent) / 100 ? warn(said) : pass(said);
    });
  },
});

const drillFailed = awsCheck({
  id: 'restore-drill-failed',
  title: 'Restoring the backup was tried and failed',
  group: 'backup',
  effect: 'A backup that cannot be restored is none.',
  remedy: 'See the reason and the comparisons of the drill.',
  limits: {},
  *ask({ drill }) {
    if (drill === undefined) {
      yield skipped('No restore was tried; `--restore-drill` does it.');
      return;
    }
    const { status, reason, source, comparisons, created, totalMs } = drill;
    const from = source.snapshotId ?? source.pointInTime ?? 'the backup';
    const wrong = comparisons.filter(({ ok }) => !ok);
    const left = created.filter(({ deleted }) => !deleted);
    for (const { what, detail } of wrong) yield fail(`Restored from ${from}: ${what}: ${detail}.`);
    for (const { kind, id } of left) yield fail(`The ${kind} ${id} of the restore drill was not deleted.`);
    if (status !== 'passed')
      yield fail(`The restore from ${from} is ${status}${reason === undefined ? '' : `: ${reason}`}.`);
    else if (comparisons.every(({ what }) => what === 'server major'))
      yield saysNothing(`${from} was restored; nothing was there to compare its contents with.`);
    else if (wrong.length === 0 && left.length === 0)
      yield pass(`${from} was restored and compared in ${Math.round(totalMs / 60_000)} min.`);
  },
});

export const awsProtectionChecks: readonly PreflightCheck<PreflightFacts>[] = [
  keyUnusable,
  snapshotShared,
  notCreated,
  quotaReached,
  drillFailed,
];
