import { counted } from '../support/amounts.ts';
import { defineCheck } from './check.ts';
import { listing } from './listing.ts';

export const backupRestoreIncomplete = defineCheck({
  id: 'backup-restore-incomplete',
  title: 'The backup was not restored completely',
  severity: 'error',
  effect: 'The rehearsal ran on something that is not production, and a real restore may fail the same way.',
  remedy: 'Install the missing extensions on the rehearsal server, or make a backup that restores without errors.',
  needs: [],
  limits: {},

  *inspect({ backup }) {
    if (backup.missingExtensions.length > 0) {
      yield {
        where: {},
        message: `The backup needs ${counted(backup.missingExtensions.length, 'extension')} that this server lacks: ${backup.missingExtensions.join(', ')}.`,
        evidence: { extensions: backup.missingExtensions },
      };
    }
    if (backup.complaints.length === 0) return;
    const lines = backup.complaints.map(({ message, object }) =>
      object === undefined ? message : `${object}: ${message}`,
    );
    yield {
      where: {},
      message: `The restore reported ${counted(backup.complaints.length, 'error')}: ${listing(lines)}.`,
      evidence: { complaints: lines.slice(0, 50) },
    };
  },
});
