import { fail, pass, skipped, warn, whenKnown, type PreflightCheck } from '../check.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { ageMs, MINUTE_MS, resourceCheck, saysNothing } from './aws-check.ts';
import { dailyWindowOverlaps } from './daily-window.ts';
import { rehearsedMs } from './rehearsed.ts';

/** How long the release may take: what the rehearsal took, and some room. */
const releaseMs = (facts: PreflightFacts, minutesAhead: number): number =>
  rehearsedMs(facts) + minutesAhead * MINUTE_MS;

const maintenanceImminent = resourceCheck({
  id: 'maintenance-imminent',
  title: 'Maintenance is about to begin',
  group: 'environment',
  effect: 'RDS restarts the server in the middle of the migration.',
  remedy: 'Migrate after it, or defer the maintenance.',
  limits: { minutesAhead: 60 },
  *ask({ identifier }, { maintenance }, facts, { minutesAhead }) {
    yield* whenKnown(maintenance, function* (actions) {
      let isQuiet = true;
      for (const { resource, action, appliesAt, forcedAt } of actions) {
        const [at] = [appliesAt, forcedAt].flatMap((time) => time ?? []).toSorted();
        // What is overdue begins whenever RDS gets to it.
        if (at === undefined || -ageMs(facts, at) > releaseMs(facts, minutesAhead)) continue;
        isQuiet = false;
        yield fail(`${action} of ${resource} begins at ${at}; the limit is ${minutesAhead} min ahead.`);
      }
      const planned = actions.map(({ action }) => action).join(', ');
      const said =
        actions.length === 0 ? 'No maintenance is pending' : `Maintenance is pending, but not soon (${planned})`;
      if (isQuiet) yield pass(`${said} for ${identifier}.`);
    });
  },
});

const backupWindowNear = resourceCheck({
  id: 'backup-window-near',
  title: 'The daily backup falls into the migration',
  group: 'environment',
  effect: 'On a single machine it suspends I/O, and no other snapshot can be made meanwhile.',
  remedy: 'Migrate before or after the backup window.',
  limits: { minutesAhead: 60 },
  *ask({ kind, identifier, backupWindow, multiAz }, _aws, facts, { minutesAhead }) {
    if (kind !== 'instance' || multiAz === true) {
      yield skipped(`The backup of ${identifier} is taken beside the writer.`);
      return;
    }
    const begin = Date.parse(facts.takenAt);
    const isNear =
      backupWindow === undefined
        ? undefined
        : dailyWindowOverlaps(backupWindow, begin, begin + releaseMs(facts, minutesAhead));
    if (isNear === undefined) yield saysNothing(`AWS does not say when ${identifier} is backed up.`);
    else if (isNear)
      yield warn(`The backup window of ${identifier} is ${backupWindow} UTC; the limit is ${minutesAhead} min ahead.`);
    else yield pass(`The backup window of ${identifier}, ${backupWindow} UTC, is away.`);
  },
});

const modificationPending = resourceCheck({
  id: 'modification-pending',
  title: 'A change of the database is pending',
  group: 'environment',
  effect: 'It is applied with a restart, in the next maintenance window or sooner.',
  remedy: 'Apply it before the migration, or after.',
  limits: {},
  *ask({ identifier, pendingModifications: pending }) {
    if (pending.length === 0) yield pass(`No change of ${identifier} is pending.`);
    else yield warn(`Pending for ${identifier}: ${pending.join(', ')}.`);
  },
});

const blueGreenInProgress = resourceCheck({
  id: 'blue-green-in-progress',
  title: 'A blue/green deployment is under way',
  group: 'environment',
  effect: 'Changes of the schema may not reach the green side, or the switch comes in between.',
  remedy: 'Finish or delete the deployment first.',
  limits: {},
  *ask({ identifier, engineVersion }, { blueGreen }) {
    yield* whenKnown(blueGreen, function* (deployments) {
      for (const { name, status, targetEngineVersion: target } of deployments) {
        const said = `The blue/green deployment ${name} of ${identifier} is ${status}`;
        if (BLOCKING.has(status)) yield fail(`${said}.`);
        else if (status !== 'AVAILABLE') yield warn(`${said}.`);
        else if (target === undefined) yield saysNothing(`${said}; which version its green side has is not known.`);
        else if (major(target) === major(engineVersion)) yield warn(`${said}, with the same major version.`);
        else yield fail(`${said}; its green side is ${target}, to which changes of the schema are not replicated.`);
      }
      if (deployments.length === 0) yield pass(`${identifier} has no blue/green deployment.`);
    });
  },
});

const BLOCKING: ReadonlySet<string> = new Set([
  'PROVISIONING',
  'SWITCHOVER_IN_PROGRESS',
  'SWITCHOVER_FAILED',
  'INVALID_CONFIGURATION',
]);

const major = (version: string): string => version.split('.', 1)[0] ?? '';

const storageOperation = resourceCheck({
  id: 'storage-operation-running',
  title: 'RDS is working on the volume',
  group: 'environment',
  effect: 'Reading is slow while it loads, and it cannot grow again for hours.',
  remedy: 'Wait until the operation is done, above all before a rewrite of large tables.',
  limits: {},
  *ask({ kind, identifier, storageOperation: operation }) {
    const { status = 'none', percent } = operation ?? {};
    const said = `The storage of ${identifier} is ${status}${percent === undefined ? '' : ` (${percent} %)`}.`;
    if (kind === 'aurora-cluster') yield skipped('Volumes of Aurora look after themselves.');
    else
      yield /initiali|optimi/i.test(status)
        ? warn(said)
        : pass(`No operation on the storage of ${identifier} is running.`);
  },
});

const secretRotating = resourceCheck({
  id: 'secret-rotating',
  title: 'The password is being rotated',
  group: 'environment',
  effect: 'The connection of the migration may be refused in between.',
  remedy: 'Wait until the secret is active again.',
  limits: {},
  *ask({ identifier, secretStatus: status }) {
    const said = `The secret of ${identifier} is ${status}.`;
    if (status === undefined) yield skipped(`RDS does not manage the password of ${identifier}.`);
    else if (status === 'active') yield pass(said);
    else yield status === 'impaired' ? warn(said) : fail(said);
  },
});

const exportRunning = resourceCheck({
  id: 'export-running',
  title: 'An export is running',
  group: 'environment',
  effect: 'It holds on to the data it reads and costs I/O.',
  remedy: 'Wait for it, or cancel it.',
  limits: {},
  *ask({ identifier }, { exports }) {
    yield* whenKnown(exports, function* (tasks) {
      for (const { id, status } of tasks) yield warn(`The export ${id} of ${identifier} is ${status}.`);
      if (tasks.length === 0) yield pass(`No export of ${identifier} is running.`);
    });
  },
});

export const awsMaintenanceChecks: readonly PreflightCheck<PreflightFacts>[] = [
  maintenanceImminent,
  backupWindowNear,
  modificationPending,
  blueGreenInProgress,
  storageOperation,
  secretRotating,
  exportRunning,
];
