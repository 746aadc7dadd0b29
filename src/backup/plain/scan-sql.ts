import { GrowingBuffer } from './growing-buffer.ts';
import { createCopyReader } from './copy-reader.ts';
import { StatementReader } from './statement-reader.ts';

/** What a plain dump is made of, in order, as bytes in the dump's own encoding. */
export type SqlPart =
  /** One statement without comments before it and without its semicolon. */
  | { readonly kind: 'statement'; readonly sql: Buffer }
  /** `COPY … FROM stdin`; its rows follow as `copy-rows`, then one `copy-end`. */
  | { readonly kind: 'copy'; readonly sql: Buffer }
  | { readonly kind: 'copy-rows'; readonly rows: Buffer }
  | { readonly kind: 'copy-end' }
  /** A psql command without its backslash: `connect shop`. After SQL that has no end yet: psql would use that too. */
  | { readonly kind: 'meta'; readonly command: string; readonly afterSql: boolean }
  /** A line comment outside of statements, without its dashes, trimmed. */
  | { readonly kind: 'comment'; readonly text: string }
  /** The file ends inside of something; the text says of what. Always the last part. */
  | { readonly kind: 'unfinished'; readonly inside: string };

export interface SqlScanner {
  /** Parts that became complete with these bytes. */
  push(chunk: Buffer): readonly SqlPart[];
  end(): readonly SqlPart[];
}

/**
 * Splits a dump as psql does, in one pass. Memory is that of the longest statement; rows of a COPY pass through.
 *
 * Works on bytes: every encoding a server can have keeps ASCII apart from the bytes of other characters.
 *
 * @see https://github.com/postgres/postgres/blob/master/src/fe_utils/psqlscan.l
 */
export function createSqlScanner(): SqlScanner {
  const buffer = new GrowingBuffer();
  const statements = new StatementReader();
  const copy = createCopyReader();
  let copying = false;

  const drain = (final: boolean): SqlPart[] => {
    const parts: SqlPart[] = [];
    for (;;) {
      const bytes = buffer.bytes();
      const { used, part, more } = copying ? copy(bytes, final) : statements.read(bytes, final);
      if (part) parts.push(part);
      if (part?.kind === 'copy') copying = true;
      if (part?.kind === 'copy-end') copying = false;
      buffer.drop(used);
      if (!more) return parts;
    }
  };

  return {
    push: (chunk) => {
      buffer.append(chunk);
      return drain(false);
    },
    end: () => {
      const parts = drain(true);
      const inside = copying ? 'the rows of a COPY' : statements.unfinished;
      return inside === undefined ? parts : [...parts, { kind: 'unfinished', inside }];
    },
  };
}

/** One look at the bytes: how many are done with, what they were, and whether another look may find more. */
export interface Look {
  readonly used: number;
  readonly part?: SqlPart;
  readonly more: boolean;
}

/** Parts of a whole stream, chunk by chunk. */
export async function* scanSql(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly SqlPart[]> {
  const scanner = createSqlScanner();
  let isFirst = true;
  for await (const chunk of chunks) {
    const hasMark = isFirst && chunk.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
    yield scanner.push(hasMark ? chunk.subarray(BYTE_ORDER_MARK.length) : chunk);
    isFirst = false;
  }
  yield scanner.end();
}

const BYTE_ORDER_MARK = Buffer.from('\ufeff');
