import type { Database } from '../../../postgres/connect.ts';
import { UNIT_SOURCES } from './sources.ts';
import { HORIZON } from './statements.ts';

/** The state of the catalogues at one moment. */
export interface Probe {
  /** Transactions before this one had ended. */
  readonly horizon: string;
  /** Number of rows per source; absent for those whose rows go with their unit. */
  readonly rows: readonly (number | undefined)[];
  /** Units with rows that came since the horizon asked for, as `<catalogue> <number>` in numbers. */
  readonly freshUnits: ReadonlySet<string>;
  /** Sources without units that have rows that came since. */
  readonly freshSources: ReadonlySet<number>;
}

/** `pgrehearse_probe` has been prepared. */
export async function probe(session: Database, since: string): Promise<Probe> {
  const [results = []] = await session.script(`execute pgrehearse_probe('${since}')`);
  const rows: (number | undefined)[] = [];
  const freshUnits = new Set<string>();
  const freshSources = new Set<number>();
  let horizon = since;
  for (const { source, rows: count, fresh } of results) {
    const place = Number(source);
    if (place === HORIZON) horizon = String(fresh);
    else rows[place] = count === null ? undefined : Number(count);
    if (typeof fresh !== 'string' || place === HORIZON) continue;
    if (place >= UNIT_SOURCES.length) freshSources.add(place);
    else for (const unit of fresh.split(',')) freshUnits.add(unit);
  }
  return { horizon, rows, freshUnits, freshSources };
}

export async function currentHorizon(session: Database): Promise<string> {
  const [row] = await session.query<{ horizon: string }>(
    `select pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::text as horizon`,
  );
  return row?.horizon ?? '0';
}
