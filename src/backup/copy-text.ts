/** Rows of COPY's text format, one after another. */
export interface CopyTextReader {
  /** Rows that became complete; `null` is NULL. */
  push(bytes: Buffer): readonly (readonly (string | null)[])[];
}

/** Fields are decoded as UTF-8. */
export function createCopyTextReader(): CopyTextReader {
  let pending = Buffer.alloc(0);
  return {
    push: (bytes) => {
      const all = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
      const end = all.lastIndexOf('\n') + 1;
      pending = Buffer.from(all.subarray(end));
      if (end === 0) return [];
      return all
        .toString('utf8', 0, end - 1)
        .split('\n')
        .map(row);
    },
  };
}

const row = (line: string): readonly (string | null)[] => line.replace(/\r$/, '').split('\t').map(copyField);

/** @see https://www.postgresql.org/docs/current/sql-copy.html "Text Format" */
const copyField = (field: string): string | null =>
  field === String.raw`\N` ? null : field.includes('\\') ? unescaped(field) : field;

/** Octal and hexadecimal escapes are bytes, of which several may make one character. */
function unescaped(field: string): string {
  const bytes: Buffer[] = [];
  for (const [piece, octal, hex, char] of field.matchAll(/\\([0-7]{1,3})|\\x([0-9a-fA-F]{1,2})|\\([\s\S])|[^\\]+/g)) {
    if (octal !== undefined) bytes.push(Buffer.from([Number.parseInt(octal, 8) & 0xff]));
    else if (hex !== undefined) bytes.push(Buffer.from([Number.parseInt(hex, 16)]));
    else bytes.push(Buffer.from(char === undefined ? piece : (CONTROLS[char] ?? char)));
  }
  return Buffer.concat(bytes).toString('utf8');
}

const CONTROLS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
