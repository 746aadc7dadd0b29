/** Tenths of a millisecond: finer is noise. */
export const milliseconds = (ms: number): number => Math.round(ms * 10) / 10;
