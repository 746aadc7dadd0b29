import { asServerError, runBytes, startCopy, type CopyIn, type ServerError } from '../../postgres/copy.ts';
import type { Database } from '../../postgres/connect.ts';
import type { RestoreReport } from '../restore-report.ts';
import type { RoleShims } from '../role-shims.ts';
import { referencedRoles } from '../sql/referenced-roles.ts';

/** Runs the parts of a dump on one session and goes on after an error, as psql does. */
export class StatementRunner {
  readonly #session: Database;
  readonly #report: RestoreReport;
  readonly #shims: RoleShims;
  #batch: Buffer[] = [];
  #batchBytes = 0;
  #copy: { readonly sql: Buffer; readonly into: CopyIn; failed: boolean } | undefined;

  constructor(session: Database, report: RestoreReport, shims: RoleShims) {
    this.#session = session;
    this.#report = report;
    this.#shims = shims;
  }

  /** Runs one statement at once. */
  async run(sql: Buffer): Promise<void> {
    await this.flush();
    const text = sql.toString('utf8');
    await this.#shims.ensure(referencedRoles(text));
    await this.#attempt(sql, ATTEMPTS);
  }

  /** Takes an INSERT; many of them go to the server together. */
  async insert(sql: Buffer): Promise<void> {
    this.#batch.push(sql);
    this.#batchBytes += sql.length;
    if (this.#batchBytes >= BATCH_BYTES || this.#batch.length >= BATCH_STATEMENTS) await this.flush();
  }

  /**
   * Sends what has been taken. Together they are one transaction, unlike with psql; when one of them fails they are run
   * again one by one, so that the others stay.
   */
  async flush(): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#batchBytes = 0;
    if (batch.length > 1 && !(await this.#send(Buffer.concat(batch.flatMap((sql) => [sql, SEPARATOR]))))) return;
    for (const sql of batch) await this.#attempt(sql, ATTEMPTS);
  }

  async startCopy(sql: Buffer): Promise<void> {
    await this.flush();
    this.#copy = { sql, into: startCopy(this.#session, sql), failed: false };
  }

  async copyRows(rows: Buffer): Promise<void> {
    const copy = this.#copy;
    if (!copy || copy.failed) return;
    await this.#tryCopy(() => copy.into.write(rows));
  }

  async endCopy(): Promise<void> {
    const copy = this.#copy;
    if (copy && !copy.failed) await this.#tryCopy(() => copy.into.finish());
    this.#copy = undefined;
  }

  async #tryCopy(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      const copy = this.#copy;
      if (!copy) throw thrown;
      copy.failed = true;
      this.#note(serverErrorOf(thrown), copy.sql);
    }
  }

  async #attempt(sql: Buffer, attempts: number): Promise<void> {
    const error = await this.#send(sql);
    if (!error) return;
    const [, role] = /^role "(.*)" does not exist$/.exec(error.message) ?? [];
    const before = this.#shims.created().length;
    if (role !== undefined) await this.#shims.ensure([role]);
    // In a transaction that has failed the second attempt is refused like everything else, and reported.
    if (this.#shims.created().length > before && attempts > 1) return this.#attempt(sql, attempts - 1);
    this.#note(error, sql);
  }

  async #send(sql: Buffer): Promise<ServerError | undefined> {
    try {
      await runBytes(this.#session, sql);
      return undefined;
    } catch (thrown) {
      return serverErrorOf(thrown);
    }
  }

  #note(error: ServerError, sql: Buffer): void {
    this.#report.error({ ...error, statement: sql.toString('utf8', 0, STATEMENT_BYTES) });
  }
}

/** Anything but an answer of a living server means that the restore cannot go on. */
function serverErrorOf(thrown: unknown): ServerError {
  const error = asServerError(thrown);
  if (!error || error.severity === 'FATAL' || error.severity === 'PANIC') throw thrown;
  return error;
}

const SEPARATOR = Buffer.from(';\n');
const BATCH_BYTES = 262_144;
const BATCH_STATEMENTS = 1_000;
/** A statement can name several roles that are missing; each attempt finds one. */
const ATTEMPTS = 100;
const STATEMENT_BYTES = 4_000;
