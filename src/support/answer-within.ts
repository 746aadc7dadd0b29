import { untilAborted } from './until-aborted.ts';

/** Nothing came in time; the message is `no answer within 5 s`. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';

  constructor(limitMs: number) {
    super(`no answer within ${limitMs / 1_000} s`);
  }
}

/**
 * Asks a question that may hang (a name that does not resolve, a host that drops packets, code of the user's). After the
 * limit the question's signal is aborted and nobody waits for it any more.
 *
 * @throws {NoAnswer}
 * @throws the signal's reason
 */
export async function answerWithin<Answer>(
  limitMs: number,
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  signal.throwIfAborted();
  const limit = new AbortController();
  // Not AbortSignal.timeout: its timer does not keep the process alive.
  const timer = setTimeout(() => limit.abort(new NoAnswer(limitMs)), limitMs);
  const either = AbortSignal.any([signal, limit.signal]);
  try {
    return await untilAborted(ask(either), either);
  } catch (error) {
    signal.throwIfAborted();
    throw limit.signal.aborted ? limit.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}
