import type { Branched } from './keeping/filled-server.ts';
import type { KeptNotice } from './keeping/kept-notice.ts';
import type { Direction, PlanRecord, StepPurpose, StepRecord } from '../recording/recording.ts';

/** What a rehearsal tells while it runs; for progress only, never needed to understand the recording. */
export type RehearsalEvent =
  | { readonly kind: 'server-starting'; readonly major?: number }
  | { readonly kind: 'server-progress'; readonly text: string; readonly percent?: number }
  | { readonly kind: 'server-started'; readonly version: string; readonly ms: number }
  /** A backup is being taken. */
  | { readonly kind: 'backup-progress'; readonly doneBytes: number; readonly totalBytes?: number }
  | {
      readonly kind: 'restore-progress';
      readonly doneBytes?: number;
      readonly totalBytes?: number;
      readonly item?: string;
    }
  | {
      readonly kind: 'restored';
      readonly ms: number;
      readonly tables: number;
      readonly rows: number;
      /** It was not: it is a copy of what was restored earlier. */
      readonly branched?: Branched;
    }
  | { readonly kind: 'planned'; readonly plan: PlanRecord; readonly steps: number }
  | {
      readonly kind: 'step-started';
      readonly index: number;
      readonly total: number;
      readonly migration: string;
      readonly direction: Direction;
      readonly purpose: StepPurpose;
    }
  | { readonly kind: 'step-finished'; readonly index: number; readonly total: number; readonly step: StepRecord }
  /** Output of the user's own migration code, or a word of warning of ours. */
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'finished' }
  /** After the end: the server stays, as was asked for. */
  | ({ readonly kind: 'kept' } & KeptNotice)
  /** After the end: something that costs could not be removed. */
  | { readonly kind: 'server-stays'; readonly text: string };

export type OnEvent = (event: RehearsalEvent) => void;
