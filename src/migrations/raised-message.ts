export interface RaiseSource {
  readonly statement?: string | undefined;
  /** The server's context line: `PL/pgSQL function merge_users(integer) line 7 at RAISE`. */
  readonly context?: string | undefined;
}

/**
 * The message of a PL/pgSQL `RAISE` without the values put into its `%`. What stands literally in the statement is no
 * row's value; where the text comes from a stored function that we do not see, only the place is told.
 */
export function raisedMessage(message: string, { statement = '', context = '' }: RaiseSource): string {
  if (statement.includes(message) || message === 'assertion failed') return message;
  const template = literalsOf(statement).find((literal) => matches(literal, message));
  if (template !== undefined) return template.replaceAll('%%', '\0').replaceAll('%', '…').replaceAll('\0', '%');
  const place = /PL\/pgSQL .* at (?:RAISE|ASSERT)/.exec(context)?.[0] ?? 'PL/pgSQL code';
  return `exception raised by ${place} (its text may hold values of rows; --show-values shows it)`;
}

/** String literals that could be the format of a `RAISE`, longest first so that the most telling one is taken. */
const literalsOf = (statement: string): string[] =>
  [...statement.matchAll(/'((?:[^']|'')*)'/g)]
    .map(([, literal = '']) => literal.replaceAll("''", "'"))
    .filter((literal) => /%/.test(literal) && literal.replaceAll('%', '').trim() !== '')
    .toSorted((a, b) => b.length - a.length);

/** Walks the fixed parts of the format through the message; a regular expression made of user text could hang. */
function matches(format: string, message: string): boolean {
  const parts = format
    .replaceAll('%%', '\0')
    .split('%')
    .map((part) => part.replaceAll('\0', '%'));
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (!message.startsWith(first) || !message.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts.slice(1)) {
    const found = message.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return true;
}
