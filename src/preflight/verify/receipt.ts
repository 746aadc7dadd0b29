import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { codeOf, isPgrehearseError, PgrehearseError } from '../../support/errors.ts';
import { type Receipt, type ReceiptContent, receiptShape } from '../facts/receipt.ts';
import { known, type Reading, unknown } from '../reading.ts';

/** A pre-flight tells of a moment. */
export const RECEIPT_VALID_MS = 15 * 60_000;

export const sealReceipt = (content: ReceiptContent): Receipt => ({ ...content, sha256: hashOf(content) });

/** For a verification, which has more to say than that its receipt is of no use. */
export async function readReceipt(path: string): Promise<Reading<Receipt>> {
  const name = basename(path);
  try {
    return known(parseReceipt(await readFile(path, 'utf8'), name));
  } catch (error) {
    if (isPgrehearseError(error)) return unknown(error.message.replace(/\.$/, ''));
    const code = codeOf(error) ?? '';
    return unknown(`The receipt ${path} ${REASONS[code] ?? 'cannot be read'}`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder',
  EACCES: 'may not be read by this user',
};

/**
 * @param origin what to call the text in errors, e.g. its path
 * @throws {PgrehearseError} `RECEIPT_UNREADABLE`, also where it is not what was written
 */
function parseReceipt(json: string, origin: string): Receipt {
  const value = parseJson(json, origin);
  const problems: string[] = [];
  const complaints = {
    add: (path: string, expected: string): void =>
      void problems.push(`${path || 'the document'}: expected ${expected}`),
  };
  if (!receiptShape(value, '', complaints)) {
    throw unreadable(`${origin} is not a receipt of pgrehearse: ${problems.slice(0, MOST_PROBLEMS).join('; ')}.`);
  }
  const { sha256, ...content } = value;
  if (hashOf(content) !== sha256) {
    throw unreadable(`${origin} was changed after it was issued: its checksum is not that of its contents.`);
  }
  return value;
}

function parseJson(json: string, origin: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw unreadable(json.trim() === '' ? `${origin} is empty.` : `${origin} is not JSON, or was cut off.`, cause);
  }
}

const unreadable = (message: string, cause?: unknown): PgrehearseError =>
  new PgrehearseError('RECEIPT_UNREADABLE', message, cause === undefined ? {} : { cause });

const hashOf = (content: object): string => createHash('sha256').update(canonical(content)).digest('hex');

/** The order of keys and the white space do not count: tools that store JSON change both. */
const canonical = (value: object): string =>
  JSON.stringify(value, (_, part: unknown) =>
    isRecord(part) ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1))) : part,
  );

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const MOST_PROBLEMS = 5;
