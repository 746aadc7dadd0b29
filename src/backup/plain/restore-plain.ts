import { PgrehearseError } from '../../support/errors.ts';
import type { RestoreProgress, RestoreTarget } from '../backup.ts';
import type { RestoreReport } from '../restore-report.ts';
import type { RoleShims } from '../role-shims.ts';
import type { Database } from '../../postgres/connect.ts';
import { qualifiedName, words } from '../sql/words.ts';
import { concernsServer, treatment } from './database-statements.ts';
import type { DumpEnds } from './dump-ends.ts';
import { psqlCommand } from './psql-command.ts';
import { StatementRunner } from './run-statements.ts';
import type { SqlPart } from './scan-sql.ts';

export interface PlainRestore {
  readonly session: Database;
  readonly target: RestoreTarget;
  readonly report: RestoreReport;
  readonly shims: RoleShims;
  /** Extensions that can be created on this server. */
  readonly available: ReadonlySet<string>;
  /** In a dump of a whole cluster: the one database to restore. */
  readonly database?: string;
  readonly ends: DumpEnds;
  readonly onProgress: (progress: RestoreProgress) => void;
}

/** Runs the parts of one dump. */
export class PlainRestorer {
  /** `set "TimeZone" to 'Europe/Berlin'`: settings of the dumped database itself. */
  readonly databaseSettings: string[] = [];
  /** psql would have stopped reading here. */
  stopped = false;
  readonly #restore: PlainRestore;
  readonly #runner: StatementRunner;
  /** Where the dump is connected to; undefined at the beginning, among roles and other things of the cluster. */
  #connected: string | undefined;
  #skipping = false;

  constructor(restore: PlainRestore) {
    this.#restore = restore;
    this.#runner = new StatementRunner(restore.session, restore.report, restore.shims);
  }

  /** What psql would have: pg_dump sets its own encoding, a file written by hand is UTF-8. */
  async begin(): Promise<void> {
    for (const statement of ['reset session authorization', 'reset all', "set client_encoding = 'UTF8'"]) {
      await this.#runner.run(Buffer.from(statement));
    }
    await this.#speakEnglish();
  }

  /** Only a superuser may. Where the server speaks another language, an error that means no loss is reported as one. */
  async #speakEnglish(): Promise<void> {
    const { session, target } = this.#restore;
    await session.script("set lc_messages = 'C'").catch((error: unknown) => {
      if (target.isShared !== true) throw error;
    });
  }

  async take(part: SqlPart): Promise<void> {
    if (part.kind === 'comment') this.#restore.ends.comment(part.text);
    if (part.kind === 'unfinished') this.#restore.ends.unfinished(part.inside);
    if (part.kind === 'meta') await this.#meta(part);
    if (this.#skipping) return;
    if (part.kind === 'statement') await this.#statement(part.sql);
    if (part.kind === 'copy') await this.#copy(part.sql);
    if (part.kind === 'copy-rows') await this.#runner.copyRows(part.rows);
    if (part.kind === 'copy-end') await this.#runner.endCopy();
  }

  finish(): Promise<void> {
    return this.#runner.flush();
  }

  async #copy(sql: Buffer): Promise<void> {
    this.#restore.onProgress({ item: copiedTable(sql) });
    await this.#runner.startCopy(sql);
  }

  async #statement(sql: Buffer): Promise<void> {
    if (INSERT.test(sql.toString('latin1', 0, INSERT_CHARACTERS))) return this.#runner.insert(sql);
    const text = sql.toString('utf8');
    refuseEncoding(text);
    const { user, isShared = false } = this.#restore.target;
    if (isShared && concernsServer(text)) return;
    const what = treatment(text, user);
    if (what.kind === 'skip') return;
    if (what.kind === 'replace') return this.#role(what.sql);
    if (what.kind === 'database-setting') {
      this.databaseSettings.push(what.setting);
      return;
    }
    if (what.kind === 'extension' && !this.#restore.available.has(what.extension)) {
      this.#restore.report.lacks(what.extension);
      return;
    }
    await this.#runner.run(sql);
  }

  async #role(sql: string): Promise<void> {
    await this.#runner.run(Buffer.from(sql));
    this.#restore.shims.forget();
  }

  async #meta({ command, afterSql }: { readonly command: string; readonly afterSql: boolean }): Promise<void> {
    const what = psqlCommand(command);
    if (what.kind === 'unsupported' || afterSql) {
      const name = command.split(/\s/)[0] ?? '';
      this.#restore.report.error({
        message: `the psql command \\${name} is not supported in a dump; nothing was done for it`,
      });
    }
    if (what.kind === 'quit') this.stopped = true;
    if (what.kind === 'encoding')
      await this.#runner.run(Buffer.from(`set client_encoding = '${what.encoding.replaceAll("'", '')}'`));
    if (what.kind === 'connect' && what.database !== undefined) await this.#connect(what.database);
  }

  /** What follows belongs to another database of the cluster that was dumped; only one of them is ours. */
  async #connect(database: string): Promise<void> {
    await this.#runner.flush();
    const { database: wanted, report } = this.#restore;
    const before = this.#connected;
    this.#connected = database;
    this.#skipping = wanted !== undefined && database !== wanted;
    if (this.#skipping || before === database) return;
    if (wanted === undefined && before !== undefined) {
      report.error({ message: `the dump goes on in another database, ${database}; all went into one` });
    }
    await this.begin();
  }
}

const INSERT = /^insert\s/i;
const INSERT_CHARACTERS = 7;

function copiedTable(sql: Buffer): string {
  const { parts } = qualifiedName([...words(sql.toString('utf8'))], 1);
  return parts.join('.');
}

/** Encodings no server has: in them a byte of a character may be a quote or a backslash, and the dump cannot be split. */
function refuseEncoding(sql: string): void {
  const [, encoding] = CLIENT_ONLY.exec(sql) ?? [];
  if (encoding === undefined) return;
  throw new PgrehearseError(
    'BACKUP_UNREADABLE',
    `The dump is in the encoding ${encoding}, which cannot be read here.`,
    {
      hint: 'Dump it with `pg_dump --encoding=UTF8`.',
    },
  );
}

const CLIENT_ONLY = /^set\s+client_encoding\s*(?:=|to)\s*'?(big5|gb18030|gbk|johab|sjis|shift_jis\w*|uhc)\b/i;
