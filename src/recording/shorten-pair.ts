/** Longer texts are cut down to where they differ. */
const LONG_CHARACTERS = 80;

/** So much of what is the same is kept on either side, for orientation. */
const CONTEXT_CHARACTERS = 16;

/** Two texts that differ, short enough for one line: what both begin and end with is left out where they are long. */
export function shortenPair(before: string, after: string): readonly [string, string] {
  if (before.length <= LONG_CHARACTERS && after.length <= LONG_CHARACTERS) return [before, after];
  const same = commonStart(before, after);
  const start = wordStart(before, Math.max(0, same - CONTEXT_CHARACTERS), same);
  const end = Math.max(0, commonEnd(before.slice(same), after.slice(same)) - CONTEXT_CHARACTERS);
  return [cut(before, start, end), cut(after, start, end)];
}

function cut(text: string, start: number, end: number): string {
  const middle = text.slice(start, text.length - end).trimEnd();
  const short = middle.length > LONG_CHARACTERS ? middle.slice(0, LONG_CHARACTERS - 1) : middle;
  return `${start > 0 ? '…' : ''}${short}${end > 0 || short !== middle ? '…' : ''}`;
}

/** Where the next word begins, unless that is only where they differ. */
function wordStart(text: string, from: number, to: number): number {
  const space = text.indexOf(' ', from);
  return from === 0 || space === -1 || space >= to ? from : space + 1;
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}

function commonEnd(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a.at(-1 - length) === b.at(-1 - length)) length += 1;
  return length;
}
