import { defineCheck } from './check.ts';

export const backupStale = defineCheck({
  id: 'backup-stale',
  title: 'The backup is older than allowed',
  severity: 'error',
  effect: 'Production has rows and perhaps a schema that this rehearsal never saw.',
  remedy: 'Take a new backup, or raise `backup.maxAgeHours`.',
  needs: [],
  limits: {},

  *inspect({ backup, startedAt }) {
    const { createdAt, maxAgeHours } = backup;
    if (createdAt === undefined || maxAgeHours === undefined) return;
    const ageHours = (Date.parse(startedAt) - Date.parse(createdAt)) / 3_600_000;
    if (ageHours <= maxAgeHours) return;
    yield {
      where: {},
      message: `The backup was made ${ageHours.toFixed(1)} hours before this rehearsal; the limit is ${maxAgeHours} hours.`,
      evidence: { createdAt, ageHours: Math.round(ageHours * 10) / 10, maxAgeHours },
    };
  },

  cannotJudge({ backup: { format, createdAt, maxAgeHours } }) {
    if (format === 'none' || maxAgeHours === undefined || createdAt !== undefined) return undefined;
    return 'the backup does not say when it was made (a plain dump does only with pg_dump --verbose)';
  },
});
