import { connect } from '../../../src/postgres/connect.ts';
import { quoteIdentifier } from '../../../src/postgres/identifiers.ts';
import type { DatabaseTarget, EphemeralServer } from '../../../src/server/provider.ts';
import { difference, dump, type Dump } from './dump.ts';

/** Migrations in order, run by their own tool. `up` and `down` reject when the migration fails. */
export interface History {
  readonly names: readonly string[];
  /** Patterns of the tool's own tables, for `pg_dump --exclude-table`. */
  readonly bookkeeping: readonly string[];
  hasDown(name: string): boolean;
  up(target: DatabaseTarget, name: string): Promise<unknown>;
  down(target: DatabaseTarget, name: string): Promise<unknown>;
}

export type WayBack =
  | 'restores'
  | 'restores, columns moved'
  | 'leaves changes'
  | 'does nothing'
  | 'fails'
  | 'absent'
  | '-';
export type Again = 'same' | 'differs' | 'fails' | '-';
export type Unwound = 'restores' | 'leaves more' | 'fails' | '-';

/** What became of one migration. `-`: it did not come to that. */
export interface Outcome {
  readonly up: 'applied' | 'fails' | '-';
  readonly wayBack: WayBack;
  readonly again: Again;
  readonly unwound: Unwound;
  /** What the answer stands on; for people. */
  readonly why: readonly string[];
}

/**
 * Each migration up, down and up again by its own tool, judged by what `pg_dump` writes before and after. Every trip
 * starts from a copy of a database in which everything before was applied just once. At the end all are taken back.
 */
export async function askPgDump(server: EphemeralServer, history: History): Promise<ReadonlyMap<string, Outcome>> {
  const line = await database(server, 'line');
  const take = (target: DatabaseTarget): Promise<Dump> => dump(target, history.bookkeeping);
  const states: Dump[] = [await take(line)];
  const trips = new Map<string, Outcome & { readonly left: readonly string[] }>();
  for (const name of history.names) {
    const before = states.at(-1);
    if (!before) throw new Error('no state');
    const failure = await attempt(history.up(line, name));
    if (failure !== undefined) {
      trips.set(name, { ...NOTHING, up: 'fails', why: [failure] });
      break;
    }
    const applied = await take(line);
    trips.set(name, await wayBack(server, history, { name, before, applied, take }));
    states.push(applied);
  }
  const unwound = await unwind(history, line, { states, trips, take });
  return new Map(history.names.map((name) => [name, { ...(trips.get(name) ?? NOTHING), ...unwound.get(name) }]));
}

interface Trip {
  readonly name: string;
  readonly before: Dump;
  readonly applied: Dump;
  readonly take: (target: DatabaseTarget) => Promise<Dump>;
}

type TripOutcome = Outcome & { readonly left: readonly string[] };

const NOTHING: TripOutcome = { up: '-', wayBack: '-', again: '-', unwound: '-', why: [], left: [] };

async function wayBack(
  server: EphemeralServer,
  history: History,
  { name, before, applied, take }: Trip,
): Promise<TripOutcome> {
  const done = { ...NOTHING, up: 'applied' } as const;
  if (!history.hasDown(name)) return { ...done, wayBack: 'absent' };
  const copy = await database(server, 'copy', 'line');
  const failure = await attempt(history.down(copy, name));
  if (failure !== undefined) return { ...done, wayBack: 'fails', why: [failure] };
  const back = await take(copy);
  const left = difference(before.lines, back.lines);
  const moved = difference(before.ordered, back.ordered).length > 0;
  const nothing = back.everything === applied.everything && applied.everything !== before.everything;
  const answer = nothing
    ? 'does nothing'
    : left.length > 0
      ? 'leaves changes'
      : moved
        ? 'restores, columns moved'
        : 'restores';
  // That it cannot be done twice without being undone needs no saying.
  if (nothing) return { ...done, wayBack: answer, why: left, left };
  const again = await attempt(history.up(copy, name));
  if (again !== undefined) return { ...done, wayBack: answer, again: 'fails', why: [...left, again], left };
  const said = new Set(left.map(subject));
  const differs = difference(applied.lines, (await take(copy)).lines).filter((item) => !said.has(subject(item)));
  return { ...done, wayBack: answer, again: differs.length > 0 ? 'differs' : 'same', why: [...left, ...differs], left };
}

/** The object, and in a table the column or constraint: what was not restored needs no saying again. */
const subject = (item: string): string => /^[-+] (.* \| +(?:CONSTRAINT )?("[^"]*"|\S*)).*$/.exec(item)?.[1] ?? item;

interface Applied {
  /** Before the first migration, after it, after the second … */
  readonly states: readonly Dump[];
  readonly trips: ReadonlyMap<string, TripOutcome>;
  readonly take: (target: DatabaseTarget) => Promise<Dump>;
}

/** Newest first, until one cannot be taken back. */
async function unwind(
  history: History,
  line: DatabaseTarget,
  { states, trips, take }: Applied,
): Promise<ReadonlyMap<string, Partial<Outcome>>> {
  const outcomes = new Map<string, Partial<Outcome>>();
  let between: readonly string[] = [];
  for (let place = states.length - 2; place >= 0; place -= 1) {
    const name = history.names[place] ?? '';
    const trip = trips.get(name) ?? NOTHING;
    if (trip.wayBack === 'absent' || trip.wayBack === 'fails') break;
    const failure = await attempt(history.down(line, name));
    if (failure !== undefined) {
      outcomes.set(name, { unwound: 'fails', why: [...trip.why, failure] });
      break;
    }
    const left = difference(states[place]?.lines ?? [], (await take(line)).lines);
    const more = left.filter((item) => !between.includes(item) && !trip.left.includes(item));
    outcomes.set(name, { unwound: more.length > 0 ? 'leaves more' : 'restores', why: [...trip.why, ...more] });
    between = left;
  }
  return outcomes;
}

async function database(server: EphemeralServer, name: string, template = 'template0'): Promise<DatabaseTarget> {
  await using upkeep = await connect(server.target('postgres').connectionString, { applicationName: 'oracle' });
  await upkeep.query(`drop database if exists ${quoteIdentifier(name)}`);
  await upkeep.query(`create database ${quoteIdentifier(name)} template ${quoteIdentifier(template)}`);
  return server.target(name);
}

const attempt = async (running: Promise<unknown>): Promise<string | undefined> =>
  running.then(
    () => undefined,
    (error: unknown) => String(error),
  );
