import { fail, pass, warn, type PreflightCheck, type Said } from '../check.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { resourceCheck } from './aws-check.ts';

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

export const awsStatusChecks: readonly PreflightCheck<PreflightFacts>[] = [notAvailable];
