import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { ownIdentity, parseIdentity, type ProcessIdentity } from '../../../support/process-identity.ts';
import type { TemporaryKind } from './temporary.ts';

/** What a drill may have made, on disk before it is asked for, so that the next run can delete it if this one dies. */
export interface Ledger {
  readonly format: 1;
  readonly runId: string;
  /** The process that deletes it itself while it lives. */
  readonly owner: ProcessIdentity;
  readonly account: string;
  readonly region: string;
  /** Host that RDS requests go to; elsewhere nothing of this is known. */
  readonly endpoint: string;
  /** By the clock of AWS. Nothing older is ours. */
  readonly startedAt: string;
  readonly nonce: string;
  /** Resource ids that are never deleted: the source's and its members'. */
  readonly never: readonly string[];
  readonly things: readonly LedgerThing[];
  /** Made for a rehearsal, which a later run may take up where this one died. Absent: a drill's. */
  readonly rehearsal?: LedgerRehearsal;
}

interface LedgerRehearsal {
  /** Of what, as what: two rehearsals with the same one would restore the same. */
  readonly wish: string;
  /** Identifier of the first thing; the others' are made of it. */
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
  /** ISO-8601; what the data is as of. Absent: not known. */
  readonly dataTime?: string;
  /** Somebody has logged in: it is no longer what was restored. */
  readonly entered: boolean;
}

export interface LedgerThing {
  readonly kind: TemporaryKind;
  readonly id: string;
  /** ISO-8601; shortly after it AWS may not know the thing yet. */
  readonly askedAt: string;
  readonly ofCluster?: string;
}

/** Writes `drill-<nonce>.json` anew with each thing. */
export class TeardownLedger {
  #ledger: Ledger;
  readonly #folder: string;

  /** @param things what an earlier run has made, where this one goes on with it */
  constructor(folder: string, about: Omit<Ledger, 'format' | 'owner' | 'things'>, things: readonly LedgerThing[] = []) {
    this.#folder = folder;
    this.#ledger = { format: 1, owner: ownIdentity(), ...about, things };
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  /** On disk when it resolves; only then the thing may be asked for. */
  async add(thing: LedgerThing): Promise<void> {
    await this.#replace([...this.#ledger.things, thing]);
  }

  /** From now on nobody takes it up any more. On disk when it resolves. */
  async enter(): Promise<void> {
    const { rehearsal, things } = this.#ledger;
    if (!rehearsal || rehearsal.entered) return;
    this.#ledger = { ...this.#ledger, rehearsal: { ...rehearsal, entered: true } };
    await this.#replace(things);
  }

  /** What is gone, or never was, is forgotten; with the last thing goes the file. */
  async keep(things: readonly LedgerThing[]): Promise<void> {
    await this.#replace(things);
  }

  async #replace(things: readonly LedgerThing[]): Promise<void> {
    this.#ledger = { ...this.#ledger, things };
    await writeLedger(this.#folder, this.#ledger);
  }
}

/** Atomic and on the disk when it resolves; an empty ledger is no file. */
export async function writeLedger(folder: string, ledger: Ledger): Promise<void> {
  const path = ledgerPath(folder, ledger);
  if (ledger.things.length === 0) return rm(path, { force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unfinished = `${path}.new`;
  await using file = await open(unfinished, 'w', 0o600);
  await file.writeFile(`${JSON.stringify(ledger, undefined, 2)}\n`);
  await file.sync();
  await rename(unfinished, path);
  await syncFolder(folder);
}

export interface FoundLedger {
  readonly file: string;
  /** Absent: it cannot be read as one. */
  readonly ledger?: Ledger;
}

export async function readLedgers(folder: string): Promise<readonly FoundLedger[]> {
  const names = await readdir(folder).catch((): string[] => []);
  return Promise.all(
    names
      .filter((name) => OWN_NAME.test(name))
      .toSorted()
      .map(async (name): Promise<FoundLedger> => {
        const file = join(folder, name);
        const ledger = parseLedger(await readFile(file, 'utf8').catch(() => ''));
        return { file, ...(ledger?.nonce === nonceIn(name) && { ledger }) };
      }),
  );
}

function parseLedger(text: string): Ledger | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isLedger(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isLedger(value: unknown): value is Ledger {
  if (typeof value !== 'object' || value === null) return false;
  const record: Record<string, unknown> = { ...value };
  const texts = ['runId', 'account', 'region', 'endpoint', 'startedAt', 'nonce'];
  return (
    record['format'] === 1 &&
    texts.every((key) => typeof record[key] === 'string' && record[key] !== '') &&
    !Number.isNaN(Date.parse(String(record['startedAt']))) &&
    parseIdentity(JSON.stringify(record['owner'])) !== undefined &&
    isListOf(record['never'], (id) => typeof id === 'string') &&
    isListOf(record['things'], isThing) &&
    (record['rehearsal'] === undefined || isRehearsal(record['rehearsal']))
  );
}

function isRehearsal(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { wish, id, tags, entered, dataTime }: Record<string, unknown> = { ...value };
  const areTags =
    typeof tags === 'object' && tags !== null && Object.values(tags).every((tag) => typeof tag === 'string');
  return (
    typeof wish === 'string' &&
    typeof id === 'string' &&
    areTags &&
    typeof entered === 'boolean' &&
    ['undefined', 'string'].includes(typeof dataTime)
  );
}

function isThing(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, id, askedAt, ofCluster }: Record<string, unknown> = { ...value };
  const isKind = kind === 'instance' || kind === 'cluster';
  const isTime = typeof askedAt === 'string' && !Number.isNaN(Date.parse(askedAt));
  return isKind && typeof id === 'string' && isTime && ['undefined', 'string'].includes(typeof ofCluster);
}

const isListOf = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every((item) => isItem(item));

/** A rename is only safe from a crash when its folder is. Windows cannot do this and need not. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using handle = await open(folder, 'r');
  await handle.sync();
}

const ledgerPath = (folder: string, { nonce }: Ledger): string => join(folder, `drill-${nonce}.json`);
const nonceIn = (name: string): string => name.slice('drill-'.length, -'.json'.length);
const OWN_NAME = /^drill-[0-9a-f]{32}\.json$/;
