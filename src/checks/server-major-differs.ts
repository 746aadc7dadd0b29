import { defineCheck } from './check.ts';

export const serverMajorDiffers = defineCheck({
  id: 'server-major-differs',
  title: 'The rehearsal ran on another major version than the backup was made from',
  severity: 'warning',
  effect: 'Syntax, locks, rewrites and plans differ between majors: what works here may not work there.',
  remedy: 'Leave `server.postgresVersion` out, so that the major of the backup is used.',
  needs: [],
  limits: {},

  *inspect({ server, backup: { serverMajor } }) {
    if (serverMajor === undefined || serverMajor === server.major) return;
    yield {
      where: {},
      message: `The backup was made from PostgreSQL ${serverMajor}; the rehearsal ran on ${server.version}.`,
      evidence: { backupMajor: serverMajor, serverMajor: server.major },
    };
  },
});
