import type { Database } from '../../../postgres/connect.ts';
import { refusal } from './refusal.ts';

/** What the server said at the end of the last query. */
export const isInTransaction = ({ client }: Database): boolean => client.getTransactionStatus() !== 'I';

/**
 * golang-migrate breaks off here, diesel and sqlx report success and lose the work when their connection closes: none of
 * them commits it.
 */
export function refuseOpenTransaction(db: Database): void {
  if (!isInTransaction(db)) return;
  throw refusal(
    'The file left a transaction open.',
    'Every BEGIN in the file needs its COMMIT; what it did is rolled back.',
  );
}
