import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { asServerError, type ServerError } from '../postgres/copy.ts';
import { PgrehearseError, toError } from '../support/errors.ts';
import type { RestoreTarget } from './backup.ts';
import { complaint } from './complaint.ts';
import { createSqlScanner } from './plain/scan-sql.ts';
import { restoreFailure, restoreSession } from './restore-session.ts';

/** The user's SQL that takes from a restored backup what nobody shall see. */
export interface Masking {
  /**
   * Runs the statements one by one in one session, each in a transaction of its own unless the file says otherwise.
   *
   * @throws {PgrehearseError} `MASKING_FAILED` with statement and place; `SERVER_UNAVAILABLE`
   */
  apply(target: RestoreTarget, onStatement: (index: number, total: number) => void, signal: AbortSignal): Promise<void>;
}

interface Statement {
  readonly sql: string;
  /** 0-based place in the file's text. */
  readonly at: number;
}

/** @throws {PgrehearseError} `MASKING_FAILED` when the file is missing or is not SQL alone */
export async function readMasking(path: string): Promise<Masking> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw failure(`${path} cannot be read: ${toError(cause).message}.`, { cause, hint: HINT_ON_PATH });
  });
  const script = { name: basename(path), text: bytes.toString('utf8') };
  const statements = statementsOf(bytes, script.name);
  return { apply: (target, onStatement, signal) => apply({ ...script, statements }, { target, onStatement }, signal) };
}

const HINT_ON_PATH = '`backup.masking` is relative to the config file.';

interface Script {
  readonly name: string;
  readonly text: string;
  readonly statements: readonly Statement[];
}

function statementsOf(bytes: Buffer, name: string): readonly Statement[] {
  const scanner = createSqlScanner();
  const statements: Statement[] = [];
  const text = bytes.toString('utf8');
  let from = 0;
  for (const part of [...scanner.push(Buffer.from(bytes)), ...scanner.end()]) {
    if (part.kind === 'unfinished') throw failure(`${name} ends inside of ${part.inside}.`);
    if (part.kind === 'meta') throw failure(`${name} holds \\${part.command}, a command of psql.`);
    if (part.kind.startsWith('copy')) throw failure(`${name} holds COPY … FROM stdin.`);
    if (part.kind !== 'statement') continue;
    const sql = part.sql.toString('utf8');
    const at = text.indexOf(sql, from);
    from = at + sql.length;
    statements.push({ sql, at });
  }
  return statements;
}

interface Applying {
  readonly target: RestoreTarget;
  readonly onStatement: (index: number, total: number) => void;
}

async function apply(script: Script, { target, onStatement }: Applying, signal: AbortSignal): Promise<void> {
  try {
    await using session = await restoreSession(target, signal);
    // The database may be built more than once, and must be the same each time.
    await session.script('select pg_catalog.setseed(0.5)');
    for (const [index, statement] of script.statements.entries()) {
      onStatement(index, script.statements.length);
      await session.script(statement.sql).catch((thrown: unknown) => {
        throw refused(script, statement, thrown);
      });
    }
    // The planner's statistics still hold values from before. Whatever role or transaction the file left is left behind.
    await session.script('rollback; reset session authorization; reset role; analyze');
  } catch (thrown) {
    throw restoreFailure(thrown, signal);
  }
}

function refused({ name, text }: Script, { sql, at }: Statement, thrown: unknown): unknown {
  const error = asServerError(thrown);
  if (!error || error.severity !== 'ERROR') return thrown;
  const { message, object = '' } = complaint({ ...error, statement: sql });
  return failure(`${name}:${placeOf(text, at + offsetOf(sql, error))} ${message}, in: ${object}`, { cause: thrown });
}

/** The server counts characters from 1; JavaScript counts some of them twice. */
const offsetOf = (sql: string, { position = 1 }: ServerError): number =>
  Array.from(sql)
    .slice(0, position - 1)
    .join('').length;

/** `line:column:`, both from 1. */
function placeOf(text: string, offset: number): string {
  const lines = text.slice(0, offset).split('\n');
  return `${lines.length}:${(lines.at(-1) ?? '').length + 1}:`;
}

const failure = (what: string, options: { cause?: unknown; hint?: string } = {}): PgrehearseError =>
  new PgrehearseError('MASKING_FAILED', `The masking failed: ${what}`, options);
