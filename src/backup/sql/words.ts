/** One token of a statement. */
export interface Word {
  /** `name`: unquoted, lower case. `quoted`: a quoted identifier. `literal`: a string. `number`, or one sign. */
  readonly kind: 'name' | 'quoted' | 'literal' | 'number' | 'sign';
  /** Without quotes, escapes resolved. */
  readonly text: string;
  /** Position of its first character in the statement. */
  readonly at: number;
}

/** Tokens of a whole statement; comments and white space are left out. */
export function* words(sql: string): Generator<Word> {
  const pattern = new RegExp(TOKEN);
  for (let match = pattern.exec(sql); match; match = pattern.exec(sql)) {
    const word = toWord(match);
    if (word) yield word;
  }
}

/** The word if it may be an identifier here. */
export const asIdentifier = (word: Word | undefined): string | undefined =>
  word && (word.kind === 'name' || word.kind === 'quoted') ? word.text : undefined;

/** `schema.table`, `"Table"` … from `index` on, and the index after it. */
export function qualifiedName(
  tokens: readonly Word[],
  index: number,
): { readonly parts: readonly string[]; readonly next: number } {
  const parts: string[] = [];
  let next = index;
  for (;;) {
    const part = asIdentifier(tokens[next]);
    if (part === undefined) return { parts, next };
    parts.push(part);
    if (tokens[next + 1]?.text !== '.' || tokens[next + 1]?.kind !== 'sign') return { parts, next: next + 1 };
    next += 2;
  }
}

const TOKEN = new RegExp(
  [
    String.raw`--[^\n]*`,
    String.raw`/\*[\s\S]*?\*/`,
    String.raw`(?<escaped>[eE]'(?:[^'\\]|\\[\s\S]|'')*')`,
    String.raw`(?<literal>(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*')`,
    String.raw`(?<dollar>\$(?<tag>[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?\$\k<tag>\$)`,
    String.raw`(?<quoted>(?:[uU]&)?"(?:[^"]|"")*")`,
    String.raw`(?<number>\d[\w.]*|\.\d+)`,
    String.raw`(?<name>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`,
    String.raw`(?<sign>\S)`,
  ].join('|'),
  'g',
);

function toWord({ groups = {}, index }: RegExpExecArray): Word | undefined {
  const { escaped, literal, dollar, quoted, number, name, sign } = groups;
  if (name !== undefined) return { kind: 'name', text: name.toLowerCase(), at: index };
  if (quoted !== undefined) return { kind: 'quoted', text: inner(quoted, '"'), at: index };
  if (escaped !== undefined) return { kind: 'literal', text: unescape(inner(escaped, "'")), at: index };
  if (literal !== undefined) return { kind: 'literal', text: inner(literal, "'"), at: index };
  if (dollar !== undefined)
    return { kind: 'literal', text: dollar.replace(/^\$\w*\$([\s\S]*)\$\w*\$$/, '$1'), at: index };
  if (number !== undefined) return { kind: 'number', text: number, at: index };
  if (sign !== undefined) return { kind: 'sign', text: sign, at: index };
  return undefined;
}

const inner = (text: string, quote: string): string =>
  text.slice(text.indexOf(quote) + 1, -1).replaceAll(quote + quote, quote);

const unescape = (text: string): string =>
  text.replaceAll(/\\([\s\S])/g, (_, char: string) => SIMPLE_ESCAPES[char] ?? char);

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
