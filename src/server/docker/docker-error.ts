import { toError } from '../../support/errors.ts';

/** Of the engine's HTTP answer; undefined where it did not answer. */
export const statusOf = (error: unknown): number | undefined =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;

/** What the engine said, without `(HTTP code 404) no such container - ` before it. */
export const saidBy = (error: unknown): string =>
  toError(error)
    .message.replace(/^\(HTTP code \d+\) .*? - /, '')
    .trim();

/** `undefined` where what was asked for is not there. */
export const orGone = async <T>(asking: Promise<T>): Promise<T | undefined> =>
  await asking.catch((error: unknown) => {
    if (statusOf(error) === 404) return undefined;
    throw error;
  });
