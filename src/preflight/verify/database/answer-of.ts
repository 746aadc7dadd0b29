import { toError } from '../../../support/errors.ts';
import { redact } from '../../../support/redact.ts';
import { known, type Reading, unknown } from '../../reading.ts';

/**
 * The answer of a question to the database, or why there is none.
 *
 * @param about completes `cannot read …`
 */
export async function answerOf<Value>(about: string, question: () => Promise<Value>): Promise<Reading<Value>> {
  try {
    return known(await question());
  } catch (thrown) {
    return unknownAfter(about, thrown);
  }
}

export function unknownAfter(about: string, thrown: unknown): Reading<never> {
  const message = redact(toError(thrown).message).replace(/\.$/, '');
  switch (sqlStateOf(thrown) ?? '') {
    case '42501':
      return unknown(`cannot read ${about}: ${message}`, 'pg_monitor and pg_read_all_data');
    case '55P03':
      return unknown(`cannot read ${about}: another session holds a lock on it, or waits for one`);
    case '57014':
      return unknown(`cannot read ${about}: no answer within the time limit`);
    default:
      return unknown(`cannot read ${about}: ${message}`);
  }
}

export function sqlStateOf(thrown: unknown): string | undefined {
  const code: unknown = thrown instanceof Error ? Reflect.get(thrown, 'code') : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}
