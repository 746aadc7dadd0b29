import { fail, pass, warn, whenKnown, type PreflightCheck, type Said } from '../check.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { ageMs, HOUR_MS, inWords, isAge, MINUTE_MS, resourceCheck, saysNothing } from './aws-check.ts';

const automatedBackupsOff = resourceCheck({
  id: 'automated-backups-off',
  title: 'Automated backups are off, or kept too short',
  group: 'backup',
  effect: 'Without them there is no point in time to go back to.',
  remedy: 'Set a backup retention period; turning backups on takes a first snapshot.',
  limits: { minDays: 7 },
  *ask({ identifier, retentionDays, pendingRetentionDays }, _aws, _facts, { minDays }) {
    if (retentionDays === undefined) {
      yield saysNothing(`AWS does not say how long backups of ${identifier} are kept.`);
      return;
    }
    const days = Math.min(retentionDays, pendingRetentionDays ?? retentionDays);
    const when = days < retentionDays ? `${retentionDays} days, soon ${days}` : `${days} days`;
    const said = `Backups of ${identifier} are kept ${when}; the limit is ${minDays} days.`;
    if (days <= 0)
      yield fail(`Automated backups of ${identifier} are off${retentionDays > 0 ? ' from the next change on' : ''}.`);
    else yield days < minDays ? warn(said, { days }) : pass(said, { days });
  },
});

const pointInTimeStale = resourceCheck({
  id: 'point-in-time-stale',
  title: 'The latest restorable time lags behind',
  group: 'backup',
  effect: 'What was written since then is lost when production must be restored.',
  remedy: 'Find out why RDS does not ship its logs; an hour of heavy writing or a full disk may be the reason.',
  limits: { warnMinutes: 10, maxMinutes: 30 },
  *ask({ identifier, latestRestorableAt: latest }, _aws, facts, { warnMinutes, maxMinutes }) {
    if (latest === undefined) {
      yield fail(`${identifier} has no latest restorable time: it cannot be restored to a point in time.`);
      return;
    }
    const lagMs = ageMs(facts, latest);
    const said = `${identifier} can be restored to ${inWords(lagMs)} ago; the limit is ${maxMinutes} min.`;
    const evidence = { latestRestorableAt: latest };
    if (!isAge(lagMs)) yield saysNothing(`The latest restorable time ${latest} lies in the future.`);
    else if (lagMs > maxMinutes * MINUTE_MS) yield fail(said, evidence);
    else yield lagMs > warnMinutes * MINUTE_MS ? warn(said, evidence) : pass(said, evidence);
  },
});

const pointInTimeShort = resourceCheck({
  id: 'point-in-time-window-short',
  title: 'The time that one can go back to is short',
  group: 'backup',
  effect: 'A mistake that is noticed late cannot be undone.',
  remedy: 'Wait until backups of a day are there, or take a manual snapshot first.',
  limits: { minHours: 24 },
  *ask({ kind, identifier, earliestRestorableAt }, { automatedBackups }, facts, { minHours }) {
    if (kind !== 'instance') {
      yield judgeWindow(identifier, earliestRestorableAt, facts, minHours);
      return;
    }
    // An instance does not say it itself.
    yield* whenKnown(automatedBackups, function* (backups) {
      const active = backups.find(({ status }) => status === 'active');
      const states = backups.map(({ status }) => status).join(', ') || 'none';
      if (active !== undefined) yield judgeWindow(identifier, active.earliestAt, facts, minHours);
      else yield fail(`${identifier} has no active automated backup (${states}).`);
    });
  },
});

function judgeWindow(identifier: string, earliest: string | undefined, facts: PreflightFacts, minHours: number): Said {
  if (earliest === undefined)
    return fail(`${identifier} has no earliest restorable time: no point in time is there yet.`);
  const backMs = ageMs(facts, earliest);
  if (!isAge(backMs)) return saysNothing(`The earliest restorable time ${earliest} lies in the future.`);
  const said = `${identifier} can be restored to any time of the last ${inWords(backMs)}; the limit is ${minHours} h.`;
  return backMs < minHours * HOUR_MS ? warn(said, { earliest }) : pass(said, { earliest });
}

export const awsBackupChecks: readonly PreflightCheck<PreflightFacts>[] = [
  automatedBackupsOff,
  pointInTimeStale,
  pointInTimeShort,
];
