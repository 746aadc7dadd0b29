import type { InlineWaiver } from '../recording/recording.ts';

export interface InlineWaivers {
  readonly waivers: readonly InlineWaiver[];
  /** Comments that begin like a waiver and are none: a date that does not exist, no reason. They waive nothing. */
  readonly misspelt: readonly string[];
}

/**
 * Waivers in comments beside a statement, one per line, of SQL or JavaScript:
 *
 *     -- pgrehearse: allow down-loses-data until 2027-01-31, the column is archived
 */
export function inlineWaivers(source: string): InlineWaivers {
  const waivers: InlineWaiver[] = [];
  const misspelt: string[] = [];
  for (const [, text = ''] of source.matchAll(COMMENT)) {
    const waiver = waiverOf(text);
    if (waiver) waivers.push(waiver);
    else misspelt.push(text);
  }
  return { waivers, misspelt };
}

/** `--`, `//`, `#`, and both ends of a block comment. */
const COMMENT = /(?:--|\/\/|\/?\*|#)[^\S\n]*pgrehearse:[^\S\n]*([^\n]*?)[^\S\n]*(?:\*\/[^\S\n]*)?\r?$/gim;

const WAIVER = /^allow\s+(?<check>[a-z][a-z0-9-]*)(?:\s+until\s+(?<until>\d{4}-\d{2}-\d{2}))?\s*,\s*(?<reason>\S.*)$/i;

function waiverOf(text: string): InlineWaiver | undefined {
  const { check, until, reason } = WAIVER.exec(text)?.groups ?? {};
  if (check === undefined || reason === undefined || (until !== undefined && !isDate(until))) return undefined;
  return { check: check.toLowerCase(), ...(until !== undefined && { until }), reason };
}

/** 31 February has the right shape and is no date. */
function isDate(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
