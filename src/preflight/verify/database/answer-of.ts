import { INSUFFICIENT_PRIVILEGE, LOCK_NOT_AVAILABLE, QUERY_CANCELED, sqlStateOf } from '../../../postgres/sqlstate.ts';
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
    case INSUFFICIENT_PRIVILEGE:
      return unknown(`cannot read ${about}: ${message}`, 'pg_monitor and pg_read_all_data');
    case LOCK_NOT_AVAILABLE:
      return unknown(`cannot read ${about}: another session holds a lock on it, or waits for one`);
    case QUERY_CANCELED:
      return unknown(`cannot read ${about}: no answer within the time limit`);
    default:
      return unknown(`cannot read ${about}: ${message}`);
  }
}
