/** ASCII codes that mean something in SQL. */
export const CODE = {
  newline: 0x0a,
  return: 0x0d,
  space: 0x20,
  doubleQuote: 0x22,
  dollar: 0x24,
  quote: 0x27,
  open: 0x28,
  close: 0x29,
  star: 0x2a,
  dash: 0x2d,
  dot: 0x2e,
  slash: 0x2f,
  semicolon: 0x3b,
  backslash: 0x5c,
} as const;

/** 1 for bytes of words and numbers: ASCII letters, digits, underscore, and every byte of a non-ASCII character. */
export const IN_WORD: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) =>
  /[A-Za-z0-9_\u0080-\u00ff]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** A word goes on with dollars, but does not begin with one. */
export function wordEnd(bytes: Buffer, from: number): number {
  let at = from + 1;
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (IN_WORD[byte] === 0 && byte !== CODE.dollar) break;
  }
  return at;
}

/** The tag of a dollar quote that begins here, both dollars with it. Undefined: a parameter such as `$1`. */
export function dollarTag(bytes: Buffer, from: number, final: boolean): Buffer | 'wait' | undefined {
  let at = from + 1;
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === CODE.dollar) return bytes.subarray(from, at + 1);
    const digitFirst = at === from + 1 && byte >= DIGIT_0 && byte <= DIGIT_9;
    if (IN_WORD[byte] === 0 || digitFirst) return undefined;
  }
  return final ? undefined : 'wait';
}

/**
 * Where a quoted string goes to. Not ended: it goes on beyond these bytes, look again from `next`.
 * A doubled quote counts as an end followed by a new string, which comes to the same unless backslashes escape.
 */
export function stringEnd(
  bytes: Buffer,
  from: number,
  { quote, escapes, final }: { readonly quote: number; readonly escapes: boolean; readonly final: boolean },
): { readonly next: number; readonly ended: boolean } {
  if (!escapes) {
    const at = bytes.indexOf(quote, from);
    return at === -1 ? { next: bytes.length, ended: false } : { next: at + 1, ended: true };
  }
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte !== CODE.backslash && byte !== quote) continue;
    if (at + 1 === bytes.length) return { next: at + (final ? 1 : 0), ended: final && byte === quote };
    if (byte === quote && bytes[at + 1] !== quote) return { next: at + 1, ended: true };
    at += 1;
  }
  return { next: bytes.length, ended: false };
}

/** Comments nest. `depth` above 0: it goes on beyond these bytes. */
export function blockCommentEnd(
  bytes: Buffer,
  from: number,
  depthBefore: number,
): { readonly next: number; readonly depth: number } {
  let depth = depthBefore;
  let at = from;
  while (at + 1 < bytes.length && depth > 0) {
    const pair = (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
    if (pair === OPENING) depth += 1;
    if (pair === CLOSING) depth -= 1;
    at += pair === OPENING || pair === CLOSING ? 2 : 1;
  }
  return { next: at, depth };
}

const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const OPENING = CODE.slash * 256 + CODE.star;
const CLOSING = CODE.star * 256 + CODE.slash;
