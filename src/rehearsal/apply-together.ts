import { diffLedgers, diffSnapshots, isSequence } from '../recording/changes.ts';
import type { SequenceLedger, TableLedger } from '../recording/data-ledger.ts';
import type { TogetherRecord } from '../recording/recording.ts';
import { endHopelessWaits } from './end-hopeless-waits.ts';
import { hintAtWaits } from './hint-at-waits.ts';
import { milliseconds } from './milliseconds.ts';
import { rebuild } from './rebuild.ts';
import type { Run } from './run.ts';

/**
 * At the end, from the restored state once more: all pending migrations at once, where the tool's own command does that
 * in one transaction. An enum value that one adds and the next uses, or a table that one fills and the next alters,
 * fails only then.
 */
export async function applyTogether(run: Run): Promise<TogetherRecord | undefined> {
  const { migrations, scope } = run.plan.record;
  const pending = migrations.filter(({ applied }) => !applied).map(({ id }) => id);
  if (run.stage.session.runPending === undefined || scope !== 'pending' || pending.length < 2) return undefined;
  if (!pending.every((id) => run.steps.some((step) => step.migration === id && isApplied(step)))) return undefined;

  if (!isAsRestored(run)) {
    run.path.length = 0;
    await rebuild(run, 'to apply all pending migrations at once');
  }
  const { server, session } = run.stage;
  const runPending = session.runPending?.bind(session);
  if (run.stuck !== undefined) return { migrations: pending, status: 'not-run', durationMs: 0, reason: run.stuck };
  if (runPending === undefined) return undefined;
  const startedAt = performance.now();
  const say = (text: string): void => run.onEvent({ kind: 'output', text: `all pending at once: ${text}\n` });
  const outcome = await endHopelessWaits(server, () => hintAtWaits(server, () => runPending(run.signal), say));
  return {
    migrations: pending,
    status: outcome.status,
    durationMs: milliseconds(performance.now() - startedAt),
    ...(outcome.status === 'failed' && { failure: outcome.failure }),
  };
}

/** A sequence does not go back, and where it stands decides nothing. */
const isMovedSequence = (ledger: TableLedger | SequenceLedger | undefined): boolean =>
  ledger !== undefined && isSequence(ledger);

const isApplied = ({ purpose, status }: Run['steps'][number]): boolean => purpose === 'apply' && status === 'completed';

function isAsRestored({ watching, restoredState, rebuildDue }: Run): boolean {
  const now = watching.state();
  return (
    rebuildDue === undefined &&
    watching.failures.length === 0 &&
    diffSnapshots(restoredState.schema, now.schema).length === 0 &&
    diffLedgers(restoredState.data, now.data).every(({ before, after }) => [before, after].every(isMovedSequence))
  );
}
