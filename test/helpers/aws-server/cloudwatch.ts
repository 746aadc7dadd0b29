import type { Operations } from './progress.ts';

export const cloudwatch = {} satisfies Operations;
