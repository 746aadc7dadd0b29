import { counted } from '../support/amounts.ts';
import { defineCheck } from './check.ts';

export const backupEmpty = defineCheck({
  id: 'backup-empty',
  title: 'The backup holds no tables or no rows',
  severity: 'error',
  effect: 'Nothing can be lost and nothing is slow in an empty database: the rehearsal proves little.',
  remedy: 'Check how the backup was made; for a schema-only dump on purpose, waive this.',
  needs: [],
  limits: {},

  *inspect({ backup: { format, tables, rows } }) {
    if (format === 'none' || (tables > 0 && rows > 0)) return;
    yield {
      where: {},
      message:
        tables === 0 ? 'The backup holds no tables.' : `The backup holds ${counted(tables, 'table')} but no rows.`,
      evidence: { tables, rows },
      severity: tables === 0 ? 'error' : 'warning',
    };
  },
});
