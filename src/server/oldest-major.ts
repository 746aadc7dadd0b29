/** Of the servers that a rehearsal can happen on. */
export const OLDEST_MAJOR = 14;
