import { asIdentifier, qualifiedName, words, type Word } from './words.ts';

export interface InsertedRows {
  /** `['public', 'orders']` or `['orders']`. */
  readonly table: readonly string[];
  /** Absent: the table's own columns, in order. */
  readonly columns?: readonly string[];
  /** As COPY would write them, unescaped. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/** An `insert into … values …` of constants, as `pg_dump --inserts` writes it. Undefined: another form. */
export function insertRows(sql: string): InsertedRows | undefined {
  const tokens = [...words(sql)];
  if (tokens[0]?.text !== 'insert' || tokens[1]?.text !== 'into') return undefined;
  const { parts, next } = qualifiedName(tokens, 2);
  const values = tokens.findIndex((word, index) => index >= next && word.kind === 'name' && word.text === 'values');
  if (parts.length === 0 || values === -1) return undefined;
  const columns = isSign(tokens[next], '(') ? identifiers(tokens.slice(next, values)) : undefined;
  return { table: parts, rows: tuples(tokens.slice(values + 1)), ...(columns && { columns }) };
}

export interface CreatedTable {
  readonly table: readonly string[];
  readonly columns: readonly string[];
}

/** Name and columns of a `create table`, as pg_dump writes it. Undefined: another statement. */
export function createdTable(sql: string): CreatedTable | undefined {
  if (!/^create\s+(unlogged\s+)?table\s/i.test(sql)) return undefined;
  const tokens = [...words(sql)];
  const noun = tokens.findIndex((word) => word.text === 'table');
  const { parts, next } = qualifiedName(tokens, tokens[noun + 1]?.text === 'if' ? noun + 4 : noun + 1);
  if (parts.length === 0) return undefined;
  if (!isSign(tokens[next], '(')) return { table: parts, columns: [] };
  const entries = splitAtCommas(tokens.slice(next + 1));
  const columns = entries.flatMap(([first, second]) =>
    first && second && !(first.kind === 'name' && TABLE_CONSTRAINTS.has(first.text)) ? (asIdentifier(first) ?? []) : [],
  );
  return { table: parts, columns };
}

const TABLE_CONSTRAINTS: ReadonlySet<string> = new Set([
  'constraint',
  'primary',
  'unique',
  'check',
  'foreign',
  'exclude',
  'like',
]);

const isSign = (word: Word | undefined, text: string): boolean => word?.kind === 'sign' && word.text === text;

const identifiers = (tokens: readonly Word[]): readonly string[] => {
  const close = tokens.findIndex((word) => isSign(word, ')'));
  return tokens.slice(1, close).flatMap((word) => asIdentifier(word) ?? []);
};

function tuples(tokens: readonly Word[]): readonly (readonly (string | null)[])[] {
  const rows: (string | null)[][] = [];
  let from = tokens.findIndex((word) => isSign(word, '('));
  while (from !== -1) {
    const rest = tokens.slice(from + 1);
    const fields = splitAtCommas(rest);
    rows.push(fields.map(constant));
    const used = fields.reduce((sum, field) => sum + field.length + 1, 0);
    from = isSign(rest[used], ',') ? from + 1 + used + 1 : -1;
  }
  return rows;
}

/** Entries up to the closing parenthesis of the one that is open. */
function splitAtCommas(tokens: readonly Word[]): readonly (readonly Word[])[] {
  const entries: Word[][] = [[]];
  let depth = 0;
  for (const word of tokens) {
    if (isSign(word, '(')) depth += 1;
    if (isSign(word, ')')) depth -= 1;
    if (depth < 0) return entries;
    if (depth === 0 && isSign(word, ',')) entries.push([]);
    else entries.at(-1)?.push(word);
  }
  return entries;
}

/** Of `'a'::text`, `-1.5`, `NULL`, `true`. */
function constant(tokens: readonly Word[]): string | null {
  const cast = tokens.findIndex((word) => isSign(word, ':'));
  const value = cast === -1 ? tokens : tokens.slice(0, cast);
  const [first] = value;
  if (value.length === 1 && first?.kind === 'name') {
    if (first.text === 'null') return null;
    if (first.text === 'true' || first.text === 'false') return first.text.slice(0, 1);
  }
  return value.map(({ text }) => text).join('');
}
