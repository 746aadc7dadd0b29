import type { Verdict } from '../findings/verdict.ts';
import type { Recording } from '../recording/recording.ts';

/** What a piece of text means; the terminal gives it a colour. */
export type Tone = 'error' | 'warning' | 'note' | 'good' | 'strong' | 'quiet';

export type Paint = (tone: Tone, text: string) => string;

export interface RenderOptions {
  /** Absent: plain text. */
  readonly paint?: Paint;
  /** Columns to wrap prose at. Absent: never. */
  readonly width?: number;
  /** Version of the tool that judges; the recording may be another's. Absent: the recording's. */
  readonly toolVersion?: string;
}

export interface Reporter {
  readonly id: string;
  /** Under which `--out` writes it, where it does. */
  readonly file?: string;
  /** Pure text, ending in a line break. The caller decides whether it goes to a file or the terminal. */
  render(verdict: Verdict, recording: Recording, options?: RenderOptions): string;
}
