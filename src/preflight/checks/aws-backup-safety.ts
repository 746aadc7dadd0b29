import { fail, pass, skipped, unknownBecause, warn, whenKnown, type PreflightCheck, type Said } from '../check.ts';
import type { EventFacts } from '../facts/aws.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { isKnown } from '../reading.ts';
import { ageMs, inWords, isAge, MINUTE_MS, resourceCheck, saysNothing } from './aws-check.ts';
import { usability } from './choose-snapshot.ts';

const deletionProtectionOff = resourceCheck({
  id: 'deletion-protection-off',
  title: 'The database can be deleted by one call',
  group: 'backup',
  effect: 'Automated backups go with it; that is how a `terraform destroy` becomes final.',
  remedy: 'Turn deletion protection on.',
  limits: {},
  *ask({ identifier, deletionProtection: isOn }) {
    if (isOn === undefined) yield saysNothing(`AWS does not say whether ${identifier} is protected from deletion.`);
    else
      yield isOn
        ? pass(`${identifier} is protected from deletion.`)
        : warn(`${identifier} can be deleted by one call.`);
  },
});

const diesWithDatabase = resourceCheck({
  id: 'backup-dies-with-database',
  title: 'No backup would outlive the database',
  group: 'backup',
  effect: 'Automated backups and snapshots are removed with the instance they are of.',
  remedy: 'Keep a manual snapshot (`--create-snapshot`), or one of AWS Backup.',
  limits: {},
  *ask(resource, { snapshots, replicatedBackups }) {
    yield* whenKnown(snapshots, function* (all) {
      const kept = all
        .filter(({ type }) => type !== 'automated')
        .map((snapshot) => ({ snapshot, ...usability(snapshot, resource) }));
      const lasting = kept.find(({ state }) => state === 'usable')?.snapshot;
      const doubtful = kept.find(({ state }) => state === 'doubtful');
      const copies = replicatedBackups !== undefined && isKnown(replicatedBackups) ? replicatedBackups.value.length : 0;
      if (lasting !== undefined)
        yield pass(`The ${lasting.type} snapshot ${lasting.id} would outlive ${resource.identifier}.`);
      else if (copies > 0) yield pass(`Backups of ${resource.identifier} are kept in another region.`);
      else if (doubtful) yield unknownBecause({ unknown: `AWS does not say ${doubtful.why}` });
      else yield warn(`Nothing of ${resource.identifier} is kept that would outlive it.`);
    });
  },
});

const notReplicated = resourceCheck({
  id: 'backup-not-replicated',
  title: 'Backups are not in the region where the policy wants them',
  group: 'backup',
  effect: 'They share the fate of the region.',
  remedy: 'Start replicating automated backups to that region.',
  limits: { warnMinutes: 60, maxMinutes: 24 * 60 },
  *ask({ identifier }, { replicatedBackups }, facts, { warnMinutes, maxMinutes }) {
    const { backupRegion } = facts.policy;
    if (backupRegion === undefined) {
      yield skipped('No region for copies of backups is set in the config.');
      return;
    }
    if (replicatedBackups === undefined) {
      yield saysNothing(`Nobody looked for backups in ${backupRegion}.`);
      return;
    }
    yield* whenKnown(replicatedBackups, function* (backups) {
      const [latest] = backups
        .flatMap(({ latestAt }) => latestAt ?? [])
        .toSorted((one, other) => other.localeCompare(one));
      if (latest === undefined) {
        yield fail(`${identifier} has no replicated backup in ${backupRegion}.`);
        return;
      }
      const lagMs = ageMs(facts, latest);
      const said = `The backup in ${backupRegion} reaches to ${inWords(lagMs)} ago; the limit is ${maxMinutes} min.`;
      if (!isAge(lagMs)) yield saysNothing(`The backup in ${backupRegion} reaches into the future (${latest}).`);
      else if (lagMs > maxMinutes * MINUTE_MS) yield fail(said);
      else yield lagMs > warnMinutes * MINUTE_MS ? warn(said) : pass(said);
    });
  },
});

const recentTrouble = resourceCheck({
  id: 'backup-trouble-recently',
  title: 'RDS reported a failure within the last day',
  group: 'backup',
  effect: 'A failed backup, a full disk or a broken instance tends to come back under load.',
  remedy: 'Look at the events of the database and clear their cause.',
  limits: {},
  *ask({ identifier }, { events }) {
    yield* whenKnown(events, function* (all) {
      const said = all.flatMap((event) => judgeEvent(event) ?? []);
      if (said.length > 0) yield* said;
      else yield pass(`None of ${all.length} events of the last 24 h about ${identifier} tells of trouble.`);
    });
  },
});

/** The API gives no number of an event (`RDS-EVENT-0031`), so categories and words must do. */
function judgeEvent({ source, at, categories, message }: EventFacts): Said | undefined {
  const said = `${source} at ${at}: ${message.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '')}.`;
  const has = (category: string): boolean => categories.includes(category);
  if (has('low storage')) return fail(said);
  if (has('failure')) return GRAVE.test(message) ? fail(said) : warn(said);
  if (BACKUPS_OFF.test(message)) return fail(said);
  return MINOR.test(message) ? warn(said) : undefined;
}

const GRAVE = /fail|incompatible|storage|shut ?down|point-in-time|corrupt|inaccessible/i;
const BACKUPS_OFF = /automat(?:ic|ed) backups?.*disabled|disabled automat(?:ic|ed) backups?/i;
const MINOR = /emergent snapshot|autoscal|backup.*(?:fail|error)|snapshot.*(?:fail|error)/i;

export const awsBackupSafetyChecks: readonly PreflightCheck<PreflightFacts>[] = [
  deletionProtectionOff,
  diesWithDatabase,
  notReplicated,
  recentTrouble,
];
