import { PgrehearseError } from '../support/errors.ts';
import type { Recording } from './recording.ts';
import { recordingShape } from './recording-shape.ts';

const MOST_PROBLEMS = 10;

/**
 * Reads a recording. What it returns has the shape of the types; whether it is true nobody can tell.
 *
 * @param origin what to call the text in errors, e.g. its path
 * @throws {PgrehearseError} `RECORDING_UNREADABLE`
 */
export function parseRecording(text: string, origin: string): Recording {
  const value = parseJson(text, origin);
  refuseOtherFormats(value, origin);
  const problems: string[] = [];
  const complaints = {
    add: (path: string, expected: string, found: unknown): void => {
      problems.push(`${path || 'the document'}: expected ${expected}, found ${describe(found)}`);
    },
  };
  if (recordingShape(value, '', complaints)) return value;
  const more = problems.length - MOST_PROBLEMS;
  const lines = problems.slice(0, MOST_PROBLEMS).map((problem) => `\n  ${problem}`);
  throw new PgrehearseError(
    'RECORDING_UNREADABLE',
    `${origin} is not a recording of pgrehearse.${lines.join('')}${more > 0 ? `\n  and ${more} more` : ''}`,
  );
}

function parseJson(text: string, origin: string): unknown {
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch (cause) {
    // The parser's own message quotes the text; what is quoted could be anything.
    const what = text.trim() === '' ? 'is empty' : 'is not JSON, or was cut off';
    throw new PgrehearseError('RECORDING_UNREADABLE', `${origin} ${what}.`, { cause });
  }
}

/** The JSON of `--json` holds the recording as a part; whoever passes that one is told so. */
function refuseOtherFormats(value: unknown, origin: string): void {
  if (typeof value !== 'object' || value === null || !('format' in value)) return;
  if (typeof value.format === 'number' && value.format !== 1) {
    throw new PgrehearseError(
      'RECORDING_UNREADABLE',
      `${origin} is in format ${value.format}; this version of pgrehearse reads format 1.`,
      { hint: 'Use the version of pgrehearse that wrote it, or rehearse again.' },
    );
  }
  if ('recording' in value && 'verdict' in value) {
    throw new PgrehearseError(
      'RECORDING_UNREADABLE',
      `${origin} is a report (verdict and recording), not a recording.`,
      {
        hint: 'Pass the recording.json beside it, or the part under the key `recording`.',
      },
    );
  }
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  return typeof value === 'number' || typeof value === 'boolean' ? `${typeof value} ${value}` : typeof value;
}
