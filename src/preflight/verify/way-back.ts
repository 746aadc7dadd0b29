import { counted } from '../../support/amounts.ts';
import { duration } from '../../support/duration.ts';
import type { RehearsalPredicate } from '../facts/certificate.ts';
import type { Receipt } from '../facts/receipt.ts';
import { restoreCommand } from './restore-command.ts';

/** How production gets back to where it was, as it was rehearsed. */
export interface WayBack {
  /** Newest first: the order in which they are taken back. */
  readonly steps: readonly WayBackStep[];
  /** Of the steps that were measured. */
  readonly totalMs: number;
  /** Every migration has a way back that was rehearsed to its end. */
  readonly isWhole: boolean;
  /** Commands that restore the database beside the present one. Absent: no receipt, or nothing to restore from. */
  readonly restore?: string;
  /** All of this in words, a line each. */
  readonly lines: readonly string[];
}

interface WayBackStep {
  readonly migration: string;
  /** Absent: it was not taken back in the rehearsal. */
  readonly measuredMs?: number;
}

/** Only of what production did not have before: a wider scope rehearses older migrations too. */
export function wayBack({ migrations, timings }: RehearsalPredicate, receipt?: Receipt): WayBack {
  const before = new Set(migrations.applied);
  const measured = new Map(
    timings.filter(({ direction }) => direction === 'down').map(({ migration, durationMs }) => [migration, durationMs]),
  );
  const steps = migrations.rehearsed
    .map(({ id }) => id)
    .filter((id) => !before.has(id))
    .toReversed()
    .map((migration) => toStep(migration, measured.get(migration)));
  const restore = receipt && restoreCommand(receipt);
  const way = {
    steps,
    totalMs: steps.reduce((total, { measuredMs = 0 }) => total + measuredMs, 0),
    isWhole: steps.every(({ measuredMs }) => measuredMs !== undefined),
    ...(restore !== undefined && { restore }),
  };
  return { ...way, lines: [...inWords(way, migrations), ...restoreInWords(way, receipt)] };
}

const toStep = (migration: string, measuredMs: number | undefined): WayBackStep => ({
  migration,
  ...(measuredMs !== undefined && { measuredMs }),
});

type Way = Omit<WayBack, 'lines'>;

function inWords({ steps, totalMs, isWhole }: Way, { tool, forwardOnly }: RehearsalPredicate['migrations']): string[] {
  if (steps.length === 0) return ['There is nothing to take back.'];
  if (steps.every(({ measuredMs }) => measuredMs === undefined)) {
    const why = forwardOnly ? 'the rehearsal went forward only' : 'no migration was taken back in the rehearsal';
    return [`There is no rehearsed way back: ${why}.`];
  }
  const told = isWhole ? 'all of it measured' : 'as far as it was measured';
  return [
    `Take back ${counted(steps.length, 'migration')} with ${tool}, newest first: ${duration(totalMs)}, ${told}.`,
    ...steps.map(({ migration, measuredMs }, index) => {
      const took = measuredMs === undefined ? 'no rehearsed way back; stop here' : duration(measuredMs);
      return `${index + 1}. ${migration} (${took})`;
    }),
  ];
}

function restoreInWords({ restore, isWhole, steps }: Way, receipt: Receipt | undefined): string[] {
  if (steps.length === 0) return [];
  if (restore === undefined || receipt === undefined)
    return isWhole ? [] : ['Where that ends, only a restore of the newest backup leads back.'];
  const until =
    receipt.latestRestorableAt === undefined ? (receipt.snapshot?.dataTime ?? 'its snapshot') : receipt.issuedAt;
  return [
    `${isWhole ? 'Or restore' : 'Restore'} beside it, as of ${until}; all that was written since is not in it. Give subnet and security groups as production has them:`,
    ...restore.split('\n'),
  ];
}
