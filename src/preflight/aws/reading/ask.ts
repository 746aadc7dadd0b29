import { toError } from '../../../support/errors.ts';
import { known, type Reading } from '../../reading.ts';
import type { Aws } from '../aws.ts';
import { explainFailure } from './explain-failure.ts';

/**
 * Puts one question, with its retries, under a time limit of its own. Whatever goes wrong is a reason for not knowing; only
 * the caller's own interruption rejects.
 *
 * @param action the permission it takes: `rds:DescribeEvents`
 */
export async function ask<Value>(
  aws: Aws,
  action: string,
  signal: AbortSignal,
  question: (options: { readonly abortSignal: AbortSignal }) => Promise<Value>,
): Promise<Reading<Value>> {
  signal.throwIfAborted();
  const limit = AbortSignal.timeout(aws.patienceMs);
  const abortSignal = AbortSignal.any([signal, limit]);
  try {
    return known(await abortable(question({ abortSignal }), abortSignal));
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted) return { unknown: `no answer to ${action} within ${aws.patienceMs / 1_000} s` };
    return explainFailure(error, action);
  }
}

/** The SDK does not look at the signal while it waits for its next attempt. */
async function abortable<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const done = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(toError(signal.reason)), { once: true, signal: done.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    done.abort();
  }
}
