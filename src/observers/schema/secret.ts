import { createHmac, randomBytes } from 'node:crypto';

/** Never leaves the process, so that a hash in a recording cannot be tried against guesses. */
const KEY = randomBytes(32);

/** Equal texts give equal marks within this process; nothing can be read from a mark. */
export const secretMark = (text: string): string =>
  `secret:${createHmac('sha256', KEY).update(text).digest('hex').slice(0, 16)}`;
