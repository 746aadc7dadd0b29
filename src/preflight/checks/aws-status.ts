import { fail, pass, warn, whenKnown, type PreflightCheck, type Said } from '../check.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { resourceCheck, saysNothing } from './aws-check.ts';

/** The database answers, but something goes on at the same time. */
const BUSY: ReadonlySet<string> = new Set([
  'storage-optimization',
  'storage-config-upgrade',
  'storage-initialization',
  'backing-up',
  'configuring-enhanced-monitoring',
  'configuring-iam-database-auth',
  'configuring-log-exports',
  'configuring-associated-roles',
]);

const notAvailable = resourceCheck({
  id: 'aws-database-not-available',
  title: 'The database is not available, or busy with something else',
  group: 'environment',
  effect: 'A migration meets a restart, a full disk or a change of the machine halfway.',
  remedy: 'Wait until RDS shows the status `available`.',
  limits: {},
  *ask({ identifier, status, kind, members }) {
    yield judge(identifier, status);
    if (kind === 'instance') return;
    const writer = members.find(({ isWriter }) => isWriter);
    if (writer === undefined) yield fail(`The cluster ${identifier} has no writer.`);
    else yield judge(writer.identifier, writer.status);
    for (const reader of members.filter(({ isWriter }) => !isWriter)) {
      if (reader.status !== 'available')
        yield warn(`The status of the reader ${reader.identifier} is ${reader.status}.`);
    }
  },
});

function judge(identifier: string, status: string): Said {
  const message = `The status of ${identifier} is ${status}.`;
  if (status === 'available') return pass(message);
  if (status === 'unknown') return { answer: 'unknown', message };
  return BUSY.has(status) ? warn(message) : fail(message);
}

const serverVersionDiffers = resourceCheck({
  id: 'aws-server-version-differs',
  title: 'The server that answers is not the one that AWS describes',
  group: 'environment',
  effect: 'The backups that were looked at are of another server than the one that will be migrated.',
  remedy: 'See where the connection really leads: a tunnel, a hosts file or a proxy may be in between.',
  limits: {},
  *ask({ identifier, engineVersion }, _aws, { database }) {
    yield* whenKnown(database.identity, function* ({ versionNumber }) {
      const answering = Math.floor(versionNumber / 10_000);
      const described = Number.parseInt(engineVersion, 10);
      const said = `The server that answers is PostgreSQL ${answering}; AWS says ${engineVersion} of ${identifier}.`;
      if (Number.isNaN(described)) yield saysNothing(`AWS does not say which version ${identifier} is of.`);
      else yield described === answering ? pass(said) : fail(said);
    });
  },
});

export const awsStatusChecks: readonly PreflightCheck<PreflightFacts>[] = [notAvailable, serverVersionDiffers];
