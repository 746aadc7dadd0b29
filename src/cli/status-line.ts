import { duration } from '../support/duration.ts';

/** The last line of the terminal, rewritten in place; other lines are put above it. */
export interface StatusLine {
  readonly show: (text: string) => void;
  /** Prints a line that stays. */
  readonly keep: (line: string) => void;
  readonly clear: () => void;
}

const FRAMES = Array.from('⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏');
const EVERY_MS = 100;
const CLEAR_LINE = '\r\u001B[2K';

export function statusLine(write: (text: string) => void, columns: number): StatusLine {
  let text = '';
  let shownAt = 0;
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;

  const draw = (): void => {
    const elapsedMs = performance.now() - shownAt;
    // Short waits need no clock.
    const clock = elapsedMs < 1_000 ? '' : ` · ${duration(elapsedMs)}`;
    const room = columns - clock.length - 4;
    write(
      `${CLEAR_LINE}${FRAMES[frame % FRAMES.length]} ${text.length > room ? `${text.slice(0, room - 1)}…` : text}${clock}`,
    );
    frame += 1;
  };

  return {
    show(wanted) {
      if (wanted !== text) shownAt = performance.now();
      text = wanted;
      timer ??= setInterval(draw, EVERY_MS).unref();
      draw();
    },
    keep(line) {
      write(`${CLEAR_LINE}${line}\n`);
      if (timer) draw();
    },
    clear() {
      clearInterval(timer);
      if (timer) write(CLEAR_LINE);
      timer = undefined;
      text = '';
    },
  };
}
