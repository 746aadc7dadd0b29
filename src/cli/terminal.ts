import { relative } from 'node:path';
import type { Paint } from '../reports/reporter.ts';
import { EXIT } from './exit-codes.ts';
import { paintAnsi } from './paint-ansi.ts';

/** The only door to the outside for commands. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly setExitCode: (code: number) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Colours for stdout and stderr; plain where nobody would see them. */
  readonly outPaint: Paint;
  readonly errPaint: Paint;
  /** Columns of stdout. Absent: not a terminal, so nothing is wrapped. */
  readonly outColumns?: number;
  /** Columns of stderr. Absent: not a terminal, or a log; progress is then one line per step. */
  readonly liveColumns?: number;
}

/** A path as whoever sits in the working directory writes it. */
export const pathFor = ({ cwd }: Pick<Terminal, 'cwd'>, path: string): string => relative(cwd, path) || '.';

/** Prose is hard to read in lines longer than this. */
const MOST_COLUMNS = 110;

export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const isLog = isSet(env['CI']) || env['TERM'] === 'dumb';
  const inColour = !isLog && !isSet(env['NO_COLOR']);
  stdout.on('error', sayWhatIsLost);
  // What is lost here is talk: no reason to end a rehearsal.
  stderr.on('error', () => {});
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    setExitCode: (code) => {
      process.exitCode = code;
    },
    env,
    cwd: process.cwd(),
    outPaint: paintFor(stdout.isTTY && inColour),
    errPaint: paintFor(stderr.isTTY && inColour),
    ...(stdout.isTTY && { outColumns: Math.min(stdout.columns || 80, MOST_COLUMNS) }),
    ...(stderr.isTTY && !isLog && { liveColumns: stderr.columns || 80 }),
  };
}

const paintFor = (inColour: boolean): Paint => (inColour ? paintAnsi : (_, text) => text);

/** As no-color.org has it: present and not empty. `CI=false` is what some people write to switch it off. */
const isSet = (value: string | undefined): boolean => value !== undefined && value !== '' && value !== 'false';

/**
 * `pgrehearse explain | head` closes the pipe early, and a terminal that is closed takes no more either: nobody is there to
 * read, and what was started has still to be removed.
 */
function sayWhatIsLost(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' || error.code === 'EIO') return;
  process.stderr.write(
    `OUTPUT_UNWRITABLE: Standard output cannot be written: ${error.message}.\n  hint: Is the disk full that it goes to?\n`,
  );
  process.once('exit', (code) => {
    if (code !== EXIT.interrupted) process.exitCode = EXIT.broken;
  });
}
