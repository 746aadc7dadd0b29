import type { RestoreError } from '../complaint.ts';

/** One message of pg_restore, or of the server through it. */
export type PgRestoreMessage =
  | { readonly kind: 'progress'; readonly item: string }
  /** The server refused a statement; pg_restore goes on. */
  | { readonly kind: 'refused'; readonly error: RestoreError }
  /** Anything else it calls an error: it gives up after it, unless it says at the end how many it ignored. */
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'ignored-errors'; readonly count: number };

export interface MessageReader {
  push(text: string): readonly PgRestoreMessage[];
  end(): readonly PgRestoreMessage[];
}

/**
 * Takes stderr of `pg_restore --verbose` apart, line by line. A message is `pg_restore: `, a level where it has one, and a text
 * that may have several lines. Each job writes these parts one by one, and a text of more than 1 KB in pieces, so with several
 * jobs they mix, also in the middle of a line: then a text is told by how it begins, and the parts before it are
 * counted, so that none is taken twice or lost.
 */
export function createMessageReader(): MessageReader {
  let rest = '';
  const messages = new MixedMessages();
  return {
    push: (text) => {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      return lines.flatMap((line) => messages.add(line));
    },
    end: () => [...(rest === '' ? [] : messages.add(rest)), ...messages.end()],
  };
}

/** Joins what belongs together again. */
class MixedMessages {
  /** Beginnings and levels that were written, and whose texts are still to come. */
  #begun = 0;
  readonly #levels: string[] = [];
  /** The message whose last line may not have come yet. */
  #current: string[] | undefined;

  add(line: string): readonly PgRestoreMessage[] {
    return line.split(BEGINNING_WITHIN).flatMap((piece) => this.#addPiece(piece));
  }

  end(): readonly PgRestoreMessage[] {
    const lost = this.#levels.splice(0).flatMap((level) => message(`${level} ${UNTOLD}`) ?? []);
    return [...lost, ...this.#take()];
  }

  #addPiece(piece: string): readonly PgRestoreMessage[] {
    const afterParts = this.#withoutParts(piece);
    const text = afterParts.trimStart();
    const isAlone = afterParts.length === piece.length;
    if (text === '' && !isAlone) return [];
    const within = text.slice(1).search(this.#begun > 0 ? REFUSED_WITHIN : SURELY_REFUSED) + 1;
    if (within > 0) return [text.slice(0, within), text.slice(within)].flatMap((one) => this.#addText(one, isAlone));
    return this.#addText(isAlone ? piece : text, isAlone);
  }

  /** @param isAlone nothing stands before it in its line */
  #addText(line: string, isAlone: boolean): readonly PgRestoreMessage[] {
    const text = line.trimStart();
    const begins = REFUSED.test(text) || (this.#begun > 0 && (!isAlone || TALK.test(text)));
    if (!begins) {
      this.#current?.push(line);
      return [];
    }
    this.#begun = Math.max(0, this.#begun - 1);
    const finished = this.#take();
    this.#current = [`${this.#levelOf(text)}${text}`];
    return finished;
  }

  #take(): readonly PgRestoreMessage[] {
    const found = message(this.#current?.join('\n') ?? '');
    this.#current = undefined;
    return found ? [found] : [];
  }

  #withoutParts(line: string): string {
    let text = line;
    for (;;) {
      const [part, level] = (this.#begun > 0 ? PART : FIRST_PART).exec(text) ?? [];
      if (part === undefined) return text;
      text = text.slice(part.length);
      if (level === undefined) this.#begun += 1;
      else this.#levels.push(level);
    }
  }

  /** The level that this text had, wherever it stands by now. */
  #levelOf(text: string): string {
    if (TALK.test(text)) return '';
    const wanted = REFUSED.test(text) ? 'error:' : IGNORED.test(text) ? 'warning:' : this.#levels[0];
    const at = this.#levels.findIndex((level) => level === wanted);
    if (at !== -1) this.#levels.splice(at, 1);
    return wanted === undefined ? '' : `${wanted} `;
  }
}

const COMMAND = 'Command was: ';
const FIRST_PART = /^pg_restore: */;
const PART = /^ *(?:pg_restore: *|(error:|fatal:|critical:|warning:) *)/;

const refused = 'could not execute query: |COPY failed for table "';
/** What has no level: what it does, and notices of the server. */
const talk = [
  '(?:finished|launching|processing|skipping) (?:item|missed item|data for) ',
  '(?:creating|executing|dropping|implied|entering|from TOC entry|while |transferring|reducing|disabling|enabling|setting|adding) ?',
  'connecting to |restored |restoring large object |table ',
  '(?:WARNING|NOTICE|INFO|LOG|DEBUG): {2}',
].join('|');
/** How texts begin that are of one level only. */
const REFUSED = new RegExp(`^(?:${refused})`);
const REFUSED_WITHIN = new RegExp(refused);
const SURELY_REFUSED = /could not execute query: ERROR: {2}/;
const IGNORED = /^errors ignored on restore: /;
const TALK = new RegExp(`^(?:${talk})`);
/** In the middle of a line of another job; a statement may have the words of the first part as well. */
const BEGINNING_WITHIN = new RegExp(
  `(?<!^)(?=pg_restore: *(?:$|pg_restore:|(?:error|fatal|critical|warning):|${refused}|${talk}))`,
);
/** Of an error whose level came, and whose text stands among those of other jobs. */
const UNTOLD = 'an error whose text could not be told from what other jobs said';

function message(piece: string): PgRestoreMessage | undefined {
  const text = piece.trim();
  if (text === '') return undefined;
  const [, count] = /^warning: errors ignored on restore: (\d+)/.exec(text) ?? [];
  if (count !== undefined) return { kind: 'ignored-errors', count: Number(count) };
  if (/^(error|fatal|critical):/.test(text)) return error(text.replace(/^\w+: ?/, ''));
  const [, warning] = /^(?:warning:|WARNING: )\s*(.*)/.exec(text) ?? [];
  if (warning !== undefined) return { kind: 'warning', message: warning };
  return progress(text);
}

function error(text: string): PgRestoreMessage {
  const [first = ''] = text.split('\n');
  const [, query] = /^could not execute query: (?:ERROR: {2})?(.*)/.exec(first) ?? [];
  if (query !== undefined) return { kind: 'refused', error: { message: query, ...commandOf(text), ...detailOf(text) } };
  const [, table, copy] = /^COPY failed for table "(.*?)": (?:ERROR: {2})?(.*)/.exec(first) ?? [];
  if (copy !== undefined) return { kind: 'refused', error: { message: copy, statement: `COPY ${table ?? ''}` } };
  return { kind: 'error', message: first };
}

function commandOf(text: string): { readonly statement?: string } {
  const at = text.indexOf(COMMAND);
  return at === -1 ? {} : { statement: text.slice(at + COMMAND.length) };
}

/** Which columns a duplicate key is of, without the key. */
function detailOf(text: string): Pick<RestoreError, 'detail'> {
  const [, detail] = /^DETAIL: {2}(.*)/m.exec(text) ?? [];
  return detail === undefined ? {} : { detail };
}

const ITEM = /^(?:creating|executing|processing data for|launching item \d+|processing item \d+) (.*)/;

function progress(text: string): PgRestoreMessage | undefined {
  const [, item] = ITEM.exec(text) ?? [];
  return item === undefined
    ? undefined
    : { kind: 'progress', item: item.replace(/^table "(.*)"$/, '$1').replaceAll('"', '') };
}
