/** ISO date in UTC: a waiver ends at the same moment on every machine. */
export const today = (): string => new Date().toISOString().slice(0, 10);
