import type { Look } from './scan-sql.ts';
import { CODE } from './tokens.ts';

/** Reads rows up to the line `\.`; every look ends at a line's end, or where the buffer does. */
export function createCopyReader(): (bytes: Buffer, final: boolean) => Look {
  let atLineStart = true;

  const rows = (bytes: Buffer, used: number, more: boolean): Look => {
    if (used > 0) atLineStart = bytes[used - 1] === CODE.newline;
    return {
      used,
      more,
      ...(used > 0 && { part: { kind: 'copy-rows', rows: bytes.subarray(0, used) } }),
    };
  };

  return (bytes, final) => {
    for (let from = 0; ;) {
      const at = atLineStart && from === 0 && startsWithMark(bytes) ? 0 : nextMark(bytes, from);
      if (at === undefined) return rows(bytes, final ? bytes.length : safeEnd(bytes), false);
      const after = endOfMark(bytes, at, final);
      if (after === 'wait') return rows(bytes, at, false);
      if (after === undefined) {
        from = at + 1;
        continue;
      }
      if (at > 0) return rows(bytes, at, true);
      atLineStart = true;
      return { used: after, part: { kind: 'copy-end' }, more: true };
    }
  };
}

const startsWithMark = (bytes: Buffer): boolean =>
  bytes[0] === CODE.backslash && (bytes.length === 1 || bytes[1] === CODE.dot);

/** Where a line begins that begins with `\.`, at or after `from`, except at the very start. */
function nextMark(bytes: Buffer, from: number): number | undefined {
  const at = bytes.indexOf('\n\\.', Math.max(from - 1, 0), 'latin1');
  return at === -1 ? undefined : at + 1;
}

/** Position after the whole line `\.`; undefined when the line goes on, so that it is a row. */
function endOfMark(bytes: Buffer, at: number, final: boolean): number | 'wait' | undefined {
  if (bytes.length < at + 2) return final ? undefined : 'wait';
  const rest = bytes.subarray(at + 2, at + 4);
  if (rest[0] === CODE.newline) return at + 3;
  if (rest[0] === CODE.return && rest[1] === CODE.newline) return at + 4;
  if (rest.length === 0 || (rest.length === 1 && rest[0] === CODE.return)) return final ? bytes.length : 'wait';
  return undefined;
}

/** The end may be the beginning of a mark: `\n`, `\n\`. */
function safeEnd(bytes: Buffer): number {
  const { length } = bytes;
  if (length > 0 && bytes[length - 1] === CODE.backslash) return length - 1;
  return length;
}
