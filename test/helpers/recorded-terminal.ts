import type { Terminal } from '../../src/cli/terminal.ts';

/** A terminal that remembers. */
export interface RecordedTerminal extends Terminal {
  readonly said: { out: string; err: string; exitCode: number | undefined };
}

export function recordedTerminal(details: Partial<Terminal> = {}): RecordedTerminal {
  const said: RecordedTerminal['said'] = { out: '', err: '', exitCode: undefined };
  return {
    said,
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    setExitCode: (code) => {
      said.exitCode = code;
    },
    env: {},
    cwd: '/nowhere',
    outPaint: (_, text) => text,
    errPaint: (_, text) => text,
    ...details,
  };
}
