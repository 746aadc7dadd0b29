/**
 * The server prints one and the same expression in two ways, before and after it went through a dump:
 * `(ARRAY['a'::character varying, 'b'::character varying])::text[]`, which is what `varchar_column IN ('a', 'b')` becomes,
 * is read back and printed as `ARRAY[('a'::character varying)::text, ('b'::character varying)::text]`. Everything else that
 * it prints it reads back as the same. Here the former becomes the latter, everywhere in a text.
 */
export function canonicalExpression(text: string): string {
  let result = text;
  for (let from = result.indexOf(OPENING); from !== -1; from = result.indexOf(OPENING, from + 1)) {
    const list = readList(result, from + OPENING.length);
    const cast = list && CAST.exec(result.slice(list.end));
    if (!list || !cast?.[1]) continue;
    const items = list.items.map((item) => `(${item})::${cast[1]}`);
    result = `${result.slice(0, from)}ARRAY[${items.join(', ')}]${result.slice(list.end + cast[0].length)}`;
  }
  return result;
}

const OPENING = '(ARRAY[';

/** What follows the last item. */
const CAST = /^\]\)::((?:[\w.]|"(?:[^"]|"")*"| (?=varying|precision|with|without|time))+(?:\(\d+(?:,\d+)?\))?)\[\]/;

interface List {
  readonly items: readonly string[];
  /** Where the closing bracket is. */
  readonly end: number;
}

/** The items of `ARRAY[…]` from behind its opening bracket. `undefined`: it does not end. */
function readList(text: string, start: number): List | undefined {
  const items: string[] = [];
  let depth = 0;
  let begin = start;
  for (let at = start; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === "'" || sign === '"') at = endOfQuoted(text, at);
    else if (sign === '(' || sign === '[') depth += 1;
    else if (sign === ')' || (sign === ']' && depth > 0)) depth -= 1;
    else if (sign === ']' || (sign === ',' && depth === 0)) {
      items.push(text.slice(begin, at).trim());
      if (sign === ']') return { items, end: at };
      begin = at + 1;
    }
  }
  return undefined;
}

/** Place of the quote that closes it; a doubled one does not. The server prints no backslash escapes but with `E`. */
function endOfQuoted(text: string, start: number): number {
  const quote = text[start];
  const escapes = quote === "'" && /(?:^|[^\w])E$/.test(text.slice(Math.max(0, start - 2), start));
  for (let at = start + 1; at < text.length; at += 1) {
    if (escapes && text[at] === '\\') at += 1;
    else if (text[at] === quote) {
      if (text[at + 1] !== quote) return at;
      at += 1;
    }
  }
  return text.length;
}
