import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RestoreResult } from '../../backup/backup.ts';
import type { KeptServer } from '../../server/provider.ts';
import { hasEnded, ownIdentity, type ProcessIdentity } from '../../support/process-identity.ts';
import type { DatabaseProperties } from './database-properties.ts';
import type { Facts } from './facts.ts';

/** A restored database and its pristine copy, and what tells whether the server around them is still as it was then. */
export interface StartState {
  /** ISO-8601 UTC. */
  readonly restoredAt: string;
  /** From the wish for a server to the pristine copy. */
  readonly restoreMs: number;
  readonly database: string;
  readonly pristine: Pristine;
  /** Everything outside of the database that a migration could change, as it was right after the restore. */
  readonly surroundings: Facts;
  readonly properties: DatabaseProperties;
  readonly restored?: RestoreResult;
  /** Roles that were made superusers for a migration tool, as they were before. */
  readonly altered: readonly AlteredRole[];
}

/** What is remembered of a kept server, so that a later run can start from it. Secret: it leads to the data. */
export interface KeptState extends StartState {
  readonly format: 1;
  readonly id: string;
  readonly provider: string;
  /** Runs with the same slot want the same backup on the same provider; one server is kept for them. */
  readonly slot: string;
  /** Whose it is until `server` is there. */
  readonly owner: ProcessIdentity;
  /** Absent: it was about to be kept. */
  readonly server?: KeptServer;
  /** What the state was made of. Absent: it has no identity, so no run can start from it. */
  readonly origin?: Facts;
}

export interface Pristine {
  readonly name: string;
  /** `xmin` of its row in `pg_database`: every change of it leaves another. */
  readonly mark: string;
}

export interface AlteredRole {
  readonly role: string;
  readonly isSuperuser: boolean;
  readonly mayLogin: boolean;
  /** As the server stores it. */
  readonly verifier: string | null;
  readonly validUntil: string | null;
}

/** The files that remember kept servers, in the state folder. */
export class KeptStates {
  readonly #folder: string;

  constructor(stateFolder: string) {
    this.#folder = join(stateFolder, 'servers');
  }

  static newId(): string {
    return randomBytes(6).toString('hex');
  }

  pathOf(id: string): string {
    return join(this.#folder, `${id}.json`);
  }

  /** For `psql`: PGPASSFILE. */
  passwordFileOf(id: string): string {
    return join(this.#folder, `${id}.pgpass`);
  }

  /** Whole at any moment. */
  async write(state: KeptState): Promise<void> {
    await this.#writeSecret(this.pathOf(state.id), `${JSON.stringify(state, undefined, 2)}\n`);
  }

  async writePasswordFile(id: string, text: string): Promise<void> {
    await this.#writeSecret(this.passwordFileOf(id), text);
  }

  async #writeSecret(path: string, text: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await chmod(this.#folder, 0o700);
    const unfinished = `${path}.${randomBytes(4).toString('hex')}.new`;
    await writeFile(unfinished, text, { mode: 0o600 });
    await rename(unfinished, path);
  }

  async remove(id: string): Promise<void> {
    for (const path of [this.passwordFileOf(id), this.pathOf(id)]) await rm(path, { force: true });
  }

  /** Oldest first. What a dead run was about to keep is forgotten: the next sweep then takes the server. */
  async list(): Promise<readonly KeptState[]> {
    const names = (await readdir(this.#folder).catch((): string[] => [])).filter((name) =>
      /^[0-9a-f]+\.json$/.test(name),
    );
    const states = await Promise.all(names.map((name) => this.#read(name.replace('.json', ''))));
    const known = states.filter((state) => state !== undefined);
    for (const { id, owner, server } of known) if (!server && hasEnded(owner)) await this.remove(id);
    return known.filter(({ server }) => server).toSorted((a, b) => (a.restoredAt < b.restoredAt ? -1 : 1));
  }

  async #read(id: string): Promise<KeptState | undefined> {
    const text = await readFile(this.pathOf(id), 'utf8').catch(() => '');
    try {
      const value: unknown = JSON.parse(text);
      return isState(value) && value.id === id ? value : undefined;
    } catch {
      return undefined;
    }
  }
}

export const ownMark = (): Pick<KeptState, 'format' | 'owner'> => ({ format: 1, owner: ownIdentity() });

/** Only this program writes them; a file of another version is another format. */
const isState = (value: unknown): value is KeptState =>
  typeof value === 'object' &&
  value !== null &&
  'format' in value &&
  value.format === 1 &&
  ['id', 'provider', 'slot', 'restoredAt', 'database'].every((key) => typeof valueAt(value, key) === 'string') &&
  ['owner', 'pristine', 'surroundings', 'properties'].every((key) => typeof valueAt(value, key) === 'object') &&
  Array.isArray(valueAt(value, 'altered'));

const valueAt = (value: object, key: string): unknown => Object.entries(value).find(([name]) => name === key)?.[1];
