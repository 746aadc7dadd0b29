import { preflightCheckFor, skipped, unknownBecause, type PreflightCheck } from '../check.ts';
import type { PreflightFacts } from '../facts/index.ts';

const notProved = preflightCheckFor<PreflightFacts>()({
  id: 'backup-not-proved',
  title: 'Nothing proves that there is a backup',
  group: 'backup',
  effect: 'Outside of RDS and Aurora pgrehearse cannot ask anybody, and a migration without a backup has no way back.',
  remedy:
    'See to a backup of this moment by the means of your provider, restore it once, and waive this check with a reason that names it.',
  limits: {},
  *ask({ aws }) {
    if (aws) yield skipped('AWS is asked for its backups.');
    else
      yield unknownBecause({
        unknown: 'the config says that the database is not on AWS, so nobody was asked for a backup',
      });
  },
});

export const backupEvidenceChecks: readonly PreflightCheck<PreflightFacts>[] = [notProved];
