import { fail, preflightCheckFor, warn, whenKnown, type PreflightCheck, type Said } from '../check.ts';
import type { TransactionFacts } from '../facts/database.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { duration } from '../../support/duration.ts';
import { orPass } from './database-rehearsal.ts';

const defineCheck = preflightCheckFor<PreflightFacts>();

const longTransaction = defineCheck({
  id: 'long-transaction',
  title: 'A transaction has been open for long',
  group: 'database',
  effect: 'DDL on a table that it used waits for its end, and everybody else waits behind the DDL.',
  remedy: 'Wait for it, or end it with pg_cancel_backend(pid) if it may be ended.',
  limits: { warnAfterSeconds: 30, maxSeconds: 300 },

  ask: ({ database }, { warnAfterSeconds, maxSeconds }) =>
    whenKnown(database.transactions, (transactions) =>
      orPass(
        transactions
          .filter((one) => !isIdle(one) && !one.isDump)
          .flatMap((one) => {
            const message = `${described(one)} has been open for ${seconds(one.transactionSeconds)}; the limit is`;
            if (one.transactionSeconds > maxSeconds) return [fail(`${message} ${seconds(maxSeconds)}.`, named(one))];
            if (one.transactionSeconds <= warnAfterSeconds) return [];
            return [warn(`${message} ${seconds(warnAfterSeconds)}.`, named(one))];
          }),
        `No transaction has been open for more than ${seconds(warnAfterSeconds)}.`,
      ),
    ),
});

const idleTransaction = defineCheck({
  id: 'idle-transaction',
  title: 'A session does nothing with its transaction open',
  group: 'database',
  effect: 'Nobody knows when it will end; its locks stay, and so does every row version that it could still see.',
  remedy: 'Find the application that forgot it; pg_terminate_backend(pid) ends it.',
  limits: { maxSeconds: 60 },

  ask: ({ database }, { maxSeconds }) =>
    whenKnown(database.transactions, (transactions) =>
      orPass(
        transactions
          .filter((one) => isIdle(one) && one.stateSeconds > maxSeconds)
          .map((one) =>
            fail(
              `${described(one)} has been idle for ${seconds(one.stateSeconds)}; the limit is ${seconds(maxSeconds)}.`,
              named(one),
            ),
          ),
        `No session has been idle in a transaction for more than ${seconds(maxSeconds)}.`,
      ),
    ),
});

const dumpRunning = defineCheck({
  id: 'dump-running',
  title: 'pg_dump or COPY reads the database',
  group: 'database',
  effect:
    'It holds a lock on every table that it has read until its end; DDL waits for it, and readers behind the DDL.',
  remedy: 'Migrate when it is done.',
  limits: {},

  ask: ({ database }) =>
    whenKnown(database.transactions, (transactions) =>
      orPass(
        transactions
          .filter(({ isDump }) => isDump)
          .map((one) => fail(`${described(one)} has been reading for ${seconds(one.transactionSeconds)}.`, named(one))),
        'Nobody dumps the database.',
      ),
    ),
});

const preparedTransaction = defineCheck({
  id: 'prepared-transaction',
  title: 'A prepared transaction waits for its second half',
  group: 'database',
  effect: 'It keeps its locks without a session, and through a restart.',
  remedy: 'COMMIT PREPARED or ROLLBACK PREPARED, whichever its transaction manager says.',
  limits: { maxSeconds: 300 },

  *ask({ database }, { maxSeconds }) {
    yield* whenKnown(database.prepared, (prepared) =>
      orPass(
        prepared.map(({ id, owner, ageSeconds }): Said => {
          const message = `The transaction ${id} of ${owner} was prepared ${seconds(ageSeconds)} ago`;
          return ageSeconds > maxSeconds
            ? fail(`${message}; the limit is ${seconds(maxSeconds)}.`, { id, owner })
            : warn(`${message}.`, { id, owner });
        }),
        'No transaction is prepared.',
      ),
    );
  },
});

const isIdle = ({ state }: TransactionFacts): boolean => state?.startsWith('idle in transaction') === true;

const seconds = (amount: number): string => duration(amount * 1_000);

const described = ({ processId, user = '?', application }: TransactionFacts): string =>
  `The transaction of process ${processId} (${application === undefined ? user : `${user}, ${application}`})`;

const named = ({ processId, user, application, state, waitsFor }: TransactionFacts): Required<Said>['evidence'] => ({
  processId,
  ...(user !== undefined && { user }),
  ...(application !== undefined && { application }),
  ...(state !== undefined && { state }),
  ...(waitsFor !== undefined && { waitsFor }),
});

export const databaseTransactionChecks: readonly PreflightCheck<PreflightFacts>[] = [
  longTransaction,
  idleTransaction,
  dumpRunning,
  preparedTransaction,
];
