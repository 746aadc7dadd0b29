/**
 * Ids named by `-- pgrehearse: depends on 0001_a, 0003_b` above the first statement. `undefined` without such a line;
 * none after the colon is written `depends on nothing`.
 */
export function dependsOn(text: string): readonly string[] | undefined {
  const named = headerLines(text)
    .map((line) => PATTERN.exec(line)?.[1])
    .filter((list) => list !== undefined);
  if (named.length === 0) return undefined;
  const ids = named.flatMap((list) => list.split(/[\s,]+/)).filter((id) => id !== '' && id !== 'nothing');
  return [...new Set(ids)];
}

const PATTERN = /^--\s*pgrehearse:\s*depends[ -]on\s+(.*)$/i;

function headerLines(text: string): string[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.trim());
  const end = lines.findIndex((line) => line !== '' && !line.startsWith('--'));
  return end === -1 ? lines : lines.slice(0, end);
}
