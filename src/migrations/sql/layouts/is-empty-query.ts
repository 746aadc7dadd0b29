/** Whether the server finds no statement in a text: white space, comments, semicolons. */
export function isEmptyQuery(text: string): boolean {
  let at = 0;
  while (at < text.length) {
    const next = skip(text, at);
    if (next === at) return false;
    at = next;
  }
  return true;
}

/** The end of what begins at `at`, if that is no part of a statement; else `at` itself. */
function skip(text: string, at: number): number {
  if (/[\s;]/.test(text.charAt(at)) && text.charAt(at) !== '\uFEFF') return at + 1;
  if (text.startsWith('--', at)) return endOfLine(text, at);
  return text.startsWith('/*', at) ? endOfComment(text, at) : at;
}

function endOfLine(text: string, from: number): number {
  const length = text.slice(from).search(/[\r\n]/);
  return length === -1 ? text.length : from + length;
}

/** Block comments nest. One without an end is an error of syntax, not a comment. */
function endOfComment(text: string, from: number): number {
  let depth = 0;
  for (const { 0: mark, index } of text.slice(from).matchAll(/\/\*|\*\//g)) {
    depth += mark === '/*' ? 1 : -1;
    if (depth === 0) return from + index + 2;
  }
  return from;
}
