/** Enough of a statement to find it again, on one line, without any value of a row. */
export function statementHead(sql: string): string {
  const line = sql
    .slice(0, LOOKED_AT_CHARACTERS)
    .replaceAll(/\$(\w*)\$[\s\S]*?(\$\1\$|$)/g, '$…$')
    .replaceAll(/[eE]'(?:[^'\\]|\\[\s\S]|'')*('|$)/g, "'…'")
    .replaceAll(/'(?:[^']|'')*('|$)/g, "'…'")
    .replaceAll(/\s+/g, ' ')
    .replace(/^(insert into [^(]*?) (?:values|\(|overriding).*/i, '$1')
    .replace(/^(copy [^(]*?) (?:\(|from).*/i, '$1')
    .trim();
  return line.length > HEAD_CHARACTERS ? `${line.slice(0, HEAD_CHARACTERS)}…` : line;
}

const LOOKED_AT_CHARACTERS = 2_000;
const HEAD_CHARACTERS = 120;
