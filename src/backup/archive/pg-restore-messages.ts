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
 * Takes stderr of `pg_restore --verbose` apart. A message begins with `pg_restore: ` and goes on until the next one
 * begins; with several jobs they may run into each other in the middle of a line.
 */
export function createMessageReader(): MessageReader {
  let pending = '';
  const take = (final: boolean): PgRestoreMessage[] => {
    const pieces = pending.split(PREFIX);
    // What is last may go on.
    pending = final ? '' : `${pieces.length > 1 ? PREFIX : ''}${pieces.pop() ?? ''}`;
    return pieces.flatMap((piece) => message(piece) ?? []);
  };
  return {
    push: (text) => {
      pending += text;
      return text.includes('\n') ? take(false) : [];
    },
    end: () => take(true),
  };
}

const PREFIX = 'pg_restore: ';

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
  const at = text.indexOf('Command was: ');
  return at === -1 ? {} : { statement: text.slice(at + 'Command was: '.length) };
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
