import type { TableLedger } from '../../recording/data-ledger.ts';
import { addContents, type Contents } from './contents.ts';
import type { EntryPlan, PartPlan } from './entry-plan.ts';
import { type ReadingResult, readParts } from './read-parts.ts';
import type { ReadingSessions } from './reading-session.ts';
import { tableLedger } from './table-ledger.ts';

/** What may have changed since the tables were last read. */
export interface Change {
  /** Files that may have been written; absent: any may. */
  readonly touched?: ReadonlySet<number>;
  /** The catalogue was read anew. */
  readonly catalogue: boolean;
  /** A type may have been redefined. */
  readonly types: boolean;
}

export interface TableReadings {
  readonly tables: Readonly<Record<string, TableLedger>>;
  readonly unread: Readonly<Record<string, string>>;
  /** Largest value of a column, by `oid of the relation` and name. */
  readonly columnMax: ReadonlyMap<string, bigint>;
}

interface Kept {
  readonly filenode: number | undefined;
  readonly signature: string;
  readonly result: ReadingResult;
}

/** Remembers what it read of each stored relation, and reads again only what may have changed. */
export function tableReader(
  sessions: ReadingSessions,
): (plans: readonly EntryPlan[], change: Change) => Promise<TableReadings> {
  let kept = new Map<number, Kept>();
  const assemble = assembler();
  return async (plans, change) => {
    const parts = plans.flatMap((plan) => plan.parts);
    const stale = parts.filter((plan) => isStale(plan, kept.get(plan.part.oid), change));
    const fresh = await readParts(
      sessions,
      stale.map(({ part, reading }) => ({ oid: part.oid, reading })),
    );
    kept = new Map(
      parts.flatMap(({ part, signature }) => {
        const result = fresh.get(part.oid) ?? kept.get(part.oid)?.result;
        return result ? [[part.oid, { filenode: part.filenode, signature, result }]] : [];
      }),
    );
    return assemble(plans, (oid) => kept.get(oid)?.result);
  };
}

function isStale(plan: PartPlan, kept: Kept | undefined, change: Change): boolean {
  const { part } = plan;
  if (!kept || kept.signature !== plan.signature || kept.filenode !== part.filenode) return true;
  if (!change.touched || part.unlogged || part.filenode === undefined) return true;
  if ((change.catalogue && plan.named) || (change.types && plan.redefinable)) return true;
  return [part.filenode, part.toastFilenode].some((file) => file !== undefined && change.touched?.has(file));
}

interface Assembled {
  readonly plan: EntryPlan;
  readonly results: readonly ReadingResult[];
  readonly ledger?: TableLedger;
  readonly unread?: string;
  readonly maxima: readonly (bigint | undefined)[];
}

/** Entries whose plan and contents are those of last time come out as the same objects. */
function assembler(): (
  plans: readonly EntryPlan[],
  resultOf: (oid: number) => ReadingResult | undefined,
) => TableReadings {
  let kept = new Map<number, Assembled>();
  return (plans, resultOf) => {
    const all = plans.map((plan) => {
      const results = plan.parts.map(({ part }) => resultOf(part.oid) ?? NOT_READ);
      const before = kept.get(plan.entry.root.oid);
      const same = before?.plan === plan && results.every((result, at) => result === before.results[at]);
      return same ? before : assembleEntry(plan, results);
    });
    kept = new Map(all.map((one) => [one.plan.entry.root.oid, one]));
    return collect(all);
  };
}

const NOT_READ: ReadingResult = { unread: 'it has not been read' };

function assembleEntry(plan: EntryPlan, results: readonly ReadingResult[]): Assembled {
  const failed = results.find((result) => 'unread' in result);
  if (failed) return { plan, results, unread: failed.unread, maxima: [] };
  const contents = results.flatMap((result): Contents[] => ('contents' in result ? [result.contents] : []));
  const total = addContents(contents, plan.entry.root.columns.length);
  return { plan, results, ledger: tableLedger(plan, total), maxima: total.maxima };
}

function collect(all: readonly Assembled[]): TableReadings {
  const tables: Record<string, TableLedger> = {};
  const unread: Record<string, string> = {};
  const columnMax = new Map<string, bigint>();
  for (const { plan, ledger, unread: reason, maxima } of all) {
    const { root } = plan.entry;
    if (ledger) tables[root.name] = ledger;
    if (reason !== undefined) unread[root.name] = reason;
    for (const [index, column] of plan.maxima.entries()) {
      const max = maxima[index];
      if (max !== undefined) columnMax.set(`${root.oid} ${column}`, max);
    }
  }
  return { tables, unread, columnMax };
}
