import type { PolicySubject, Statement } from './iam-policy/arns.ts';
import { drillStatements } from './iam-policy/drill-statements.ts';
import { readStatements } from './iam-policy/read-statements.ts';
import { snapshotStatements } from './iam-policy/snapshot-statements.ts';

/** `read`: pre-flight and verify. `snapshot`: with `--create-snapshot`. `drill`: with `--restore-drill` and `--clean-up`, and `run` in RDS. */
export type PolicyMode = 'read' | 'snapshot' | 'drill';

export interface IamPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/** The least that a mode needs: the actions that the code calls and those that AWS asks for along with them. */
export const iamPolicy = (mode: PolicyMode, subject: PolicySubject): IamPolicy => ({
  Version: '2012-10-17',
  Statement: [...readStatements(subject), ...WRITING[mode](subject)],
});

const WRITING: Readonly<Record<PolicyMode, (subject: PolicySubject) => readonly Statement[]>> = {
  read: () => [],
  snapshot: snapshotStatements,
  drill: drillStatements,
};
