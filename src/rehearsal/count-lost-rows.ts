import { dataObserver } from '../observers/data/index.ts';
import { compareRows } from '../observers/data/compare-rows.ts';
import type { Migration } from '../migrations/source.ts';
import { connect } from '../postgres/connect.ts';
import { composeDataChanges, isSequence, isTable, rowsRearranged, sameContents } from '../recording/changes.ts';
import type { DataChange } from '../recording/data-ledger.ts';
import type { RowLoss, StepRecord } from '../recording/recording.ts';
import { toError } from '../support/errors.ts';
import { redact } from '../support/redact.ts';
import { replay } from './replay.ts';
import type { Run } from './run.ts';
import { onlyProgress, setStage, type Stage } from './stage.ts';

/**
 * After a way back that left other contents than before: builds the state before once more beside it and compares row
 * by row, so that the finding can say how many rows. Costs a restore, and only when something is wrong.
 *
 * @returns the revert as it now stands in the recording, the last of `run.steps`
 */
export async function countLostRows(run: Run, migration: Migration, apply: StepRecord): Promise<StepRecord> {
  const revert = run.steps.at(-1);
  if (!revert) throw new Error('no step to look at');
  const unclear = composeDataChanges([apply.observations.data ?? [], revert.observations.data ?? []]).filter(isUnclear);
  if (revert.status !== 'completed' || unclear.length === 0 || revertedNothing(revert)) return revert;
  const rowLosses = await compared(run, migration, unclear);
  const counted = { ...revert, observations: { ...revert.observations, rowLosses } };
  run.steps.splice(-1, 1, counted);
  return counted;
}

const revertedNothing = ({ observations: { schema = [], data = [] } }: StepRecord): boolean =>
  schema.length + data.length === 0;

/** Columns that are gone or empty, and tables that are gone, tell their rows by themselves. */
function isUnclear({ before, after }: DataChange): boolean {
  if (!before || !after || isSequence(before) || isSequence(after)) return false;
  if (before.rows !== after.rows || rowsRearranged(before, after)) return true;
  return Object.entries(before.columns).some(([name, was]) => {
    const is = after.columns[name];
    return is !== undefined && is.fingerprint !== was.fingerprint && is.nullRows !== before.rows;
  });
}

async function compared(run: Run, migration: Migration, changes: readonly DataChange[]): Promise<RowLoss[]> {
  run.onEvent({ kind: 'output', text: `counting the rows that ${migration.id} does not give back\n` });
  try {
    // The server of the rehearsal has the state that it is compared with.
    const { starts: _, ...cast } = run.cast;
    await using branch = await setStage(cast, run.bookkeeping, onlyProgress(run.onEvent), run.signal);
    await replay(branch, run.path.slice(0, -1), run.signal);
    return await compareAll(run, branch, changes);
  } catch (error) {
    run.signal.throwIfAborted();
    run.onEvent({ kind: 'output', text: `the rows could not be counted: ${redact(toError(error).message)}\n` });
    return [];
  }
}

async function compareAll(run: Run, branch: Stage, changes: readonly DataChange[]): Promise<RowLoss[]> {
  const bookkeeping = run.bookkeeping;
  await using ledger = await dataObserver.open({ server: branch.server, database: branch.database, bookkeeping });
  await using before = await connect(branch.server.target(branch.database).connectionString, OURS);
  await using now = await connect(run.stage.server.target(run.stage.database).connectionString, OURS);
  const losses: RowLoss[] = [];
  for (const { relation, before: expected, after } of changes) {
    const rebuilt = ledger.start.data?.tables[relation];
    // Migrations that are not deterministic give another state each time; then nothing can be counted.
    if (!isTable(expected) || !isTable(after) || !rebuilt || !sameContents(rebuilt, expected)) continue;
    losses.push({ relation, ...(await compareRows(before, now, relation, rebuilt, after)) });
  }
  return losses;
}

const OURS = { applicationName: 'pgrehearse observer rows' };
