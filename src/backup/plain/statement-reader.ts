import type { Look, SqlPart } from './scan-sql.ts';
import { blockCommentEnd, CODE, dollarTag, IN_WORD, stringEnd, wordEnd } from './tokens.ts';

type Inside =
  | { readonly kind: 'quoted string'; readonly escapes: boolean }
  | { readonly kind: 'quoted name' }
  | { readonly kind: 'dollar-quoted string'; readonly tag: Buffer }
  | { readonly kind: 'comment'; depth: number };

/** Finds the ends of statements by the rules of psql's own scanner. */
export class StatementReader {
  /** At the end of the file: what was begun and not ended. */
  unfinished: string | undefined;
  #at = 0;
  /** Where the statement begins; undefined between statements. */
  #start: number | undefined;
  #inside: Inside | undefined;
  #parens = 0;
  /** Open BEGIN ATOMIC and CASE of a function's body. */
  #begins = 0;
  #words: string[] = [];
  #backslashEscapes = false;

  read(bytes: Buffer, final: boolean): Look {
    for (;;) {
      if (this.#inside && !this.#leave(bytes, final, this.#inside)) return final ? this.#atEnd(bytes) : this.#wait();
      if (this.#at >= bytes.length) return final ? this.#atEnd(bytes) : this.#wait();
      const look = this.#step(bytes, final);
      if (look) return look;
    }
  }

  /** More bytes are needed. What came before a statement is done with. */
  #wait(): Look {
    const used = this.#start === undefined ? this.#at : 0;
    this.#at -= used;
    return { used, more: false };
  }

  #emit(used: number, part: SqlPart | undefined): Look {
    this.#at = 0;
    this.#start = undefined;
    this.#parens = 0;
    this.#begins = 0;
    this.#words = [];
    return { used, more: true, ...(part && { part }) };
  }

  /** Undefined: go on. */
  #step(bytes: Buffer, final: boolean): Look | undefined {
    const byte = bytes[this.#at] ?? 0;
    const next = bytes[this.#at + 1];
    if (byte <= CODE.space) {
      this.#at += 1;
      return undefined;
    }
    if ((byte === CODE.dash || byte === CODE.slash) && next === undefined && !final) return this.#wait();
    if (byte === CODE.dash && next === CODE.dash) return this.#lineComment(bytes, final);
    if (byte === CODE.backslash) return this.#meta(bytes, final);
    if (byte === CODE.semicolon && this.#parens === 0 && this.#begins === 0) return this.#semicolon(bytes, final);
    return this.#token(bytes, final, byte) ? undefined : this.#wait();
  }

  #lineComment(bytes: Buffer, final: boolean): Look | undefined {
    const end = endOfLine(bytes, this.#at, final);
    if (end === undefined) return this.#wait();
    if (this.#start === undefined) {
      return this.#emit(end, { kind: 'comment', text: bytes.toString('utf8', this.#at + 2, end).trim() });
    }
    this.#at = end;
    return undefined;
  }

  #meta(bytes: Buffer, final: boolean): Look {
    const end = endOfLine(bytes, this.#at, final);
    if (end === undefined) return this.#wait();
    const command = bytes.toString('utf8', this.#at + 1, end).trim();
    return this.#emit(end, { kind: 'meta', command, afterSql: this.#start !== undefined });
  }

  #semicolon(bytes: Buffer, final: boolean): Look {
    if (this.#start === undefined) return this.#emit(this.#at + 1, undefined);
    const sql = bytes.subarray(this.#start, this.#at);
    if (isCopyFromStdin(this.#words, sql)) {
      const end = endOfLine(bytes, this.#at, final);
      return end === undefined ? this.#wait() : this.#emit(end, { kind: 'copy', sql });
    }
    if (this.#words[0] === 'set') this.#backslashEscapes = escapesAfter(sql, this.#backslashEscapes);
    return this.#emit(this.#at + 1, { kind: 'statement', sql });
  }

  /** False: more bytes are needed to tell what it is. */
  #token(bytes: Buffer, final: boolean, byte: number): boolean {
    if (byte === CODE.slash && bytes[this.#at + 1] === CODE.star) {
      this.#inside = { kind: 'comment', depth: 1 };
      this.#at += 2;
      return true;
    }
    if (IN_WORD[byte] === 1) return this.#word(bytes, final);
    if (byte === CODE.dollar) return this.#dollar(bytes, final);
    this.#start ??= this.#at;
    if (byte === CODE.quote) this.#inside = { kind: 'quoted string', escapes: this.#backslashEscapes };
    if (byte === CODE.doubleQuote) this.#inside = { kind: 'quoted name' };
    if (byte === CODE.open) this.#parens += 1;
    if (byte === CODE.close && this.#parens > 0) this.#parens -= 1;
    this.#at += 1;
    return true;
  }

  #dollar(bytes: Buffer, final: boolean): boolean {
    const tag = dollarTag(bytes, this.#at, final);
    if (tag === 'wait') return false;
    this.#start ??= this.#at;
    if (tag) this.#inside = { kind: 'dollar-quoted string', tag };
    this.#at += tag?.length ?? 1;
    return true;
  }

  #word(bytes: Buffer, final: boolean): boolean {
    const end = wordEnd(bytes, this.#at);
    if (end === bytes.length && !final) return false;
    const isKeyword = end - this.#at <= LONGEST_KEYWORD;
    const word = isKeyword ? bytes.toString('latin1', this.#at, end).toLowerCase() : '';
    this.#start ??= this.#at;
    this.#at = end;
    if (word === 'e' && bytes[end] === CODE.quote) {
      this.#inside = { kind: 'quoted string', escapes: true };
      this.#at += 1;
    } else this.#noteWord(word);
    return true;
  }

  #noteWord(word: string): void {
    if (this.#words.length < WORDS_KEPT) this.#words.push(word);
    if (this.#parens > 0 || !mayHaveBody(this.#words)) return;
    if (word === 'begin' || (word === 'case' && this.#begins > 0)) this.#begins += 1;
    if (word === 'end' && this.#begins > 0) this.#begins -= 1;
  }

  /** Moves over the rest of what we are inside of. False: it does not end in these bytes. */
  #leave(bytes: Buffer, final: boolean, inside: Inside): boolean {
    const { next, ended } = endOf(inside, bytes, this.#at, final);
    this.#at = next;
    if (ended) this.#inside = undefined;
    return ended;
  }

  /** As psql does, a last statement without a semicolon is run. */
  #atEnd(bytes: Buffer): Look {
    if (this.#inside) this.unfinished = `a ${this.#inside.kind}`;
    else if (this.#parens > 0 || this.#begins > 0) this.unfinished = 'a statement';
    if (this.#start === undefined || this.unfinished !== undefined) return { used: bytes.length, more: false };
    const sql = bytes.subarray(this.#start);
    return { ...this.#emit(bytes.length, { kind: isCopyFromStdin(this.#words, sql) ? 'copy' : 'statement', sql }) };
  }
}

function endOf(inside: Inside, bytes: Buffer, at: number, final: boolean): { next: number; ended: boolean } {
  if (inside.kind === 'comment') {
    const { next, depth } = blockCommentEnd(bytes, at, inside.depth);
    inside.depth = depth;
    return { next, ended: depth === 0 };
  }
  if (inside.kind === 'dollar-quoted string') {
    const { tag } = inside;
    const end = bytes.indexOf(tag, at);
    if (end === -1) return { next: Math.max(at, bytes.length - tag.length + 1), ended: false };
    return { next: end + tag.length, ended: true };
  }
  const isName = inside.kind === 'quoted name';
  const quote = isName ? CODE.doubleQuote : CODE.quote;
  return stringEnd(bytes, at, { quote, escapes: !isName && inside.escapes, final });
}

/** Position after the newline; undefined: it is not in these bytes. */
function endOfLine(bytes: Buffer, from: number, final: boolean): number | undefined {
  const newline = bytes.indexOf(CODE.newline, from);
  if (newline === -1) return final ? bytes.length : undefined;
  return newline + 1;
}

/** Long enough for every word that is looked at here. */
const LONGEST_KEYWORD = 32;
const WORDS_KEPT = 4;

/** Of `create [or replace] function | procedure`: only there is BEGIN part of a statement. */
const mayHaveBody = ([first, second, third, fourth]: readonly string[]): boolean =>
  first === 'create' && isRoutine(second === 'or' && third === 'replace' ? fourth : second);

const isRoutine = (word: string | undefined): boolean => word === 'function' || word === 'procedure';

const isCopyFromStdin = ([first]: readonly string[], sql: Buffer): boolean =>
  first === 'copy' && /\bfrom\s+stdin\b/i.test(sql.toString('latin1').replaceAll(/"[^"]*"/g, '""'));

function escapesAfter(sql: Buffer, before: boolean): boolean {
  const [, value] =
    /^set\s+(?:(?:session|local)\s+)?standard_conforming_strings\s*(?:=|\bto\b)\s*'?(\w+)/i.exec(
      sql.toString('latin1', 0, 200),
    ) ?? [];
  return value === undefined ? before : /^(off|of|false|f|no|n|0)$/i.test(value);
}
