import { duration } from '../../support/duration.ts';
import { fail, preflightCheckFor, warn, whenKnown, type PreflightCheck, type Said } from '../check.ts';
import type { ConnectionsFacts, TargetLockFacts } from '../facts/database.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { aboutTargets, orPass } from './database-rehearsal.ts';
import { migratorOf } from './known-migrators.ts';

const defineCheck = preflightCheckFor<PreflightFacts>();

const targetLocked = defineCheck({
  id: 'target-locked',
  title: 'A transaction holds a lock on a table that the migrations change',
  group: 'database',
  effect: 'The migration waits for it, and every query on the table waits behind the migration.',
  remedy: 'Wait until it is done, or end it; and set a lock_timeout in the migration.',
  limits: { maxSeconds: 5 },

  ask: (facts, { maxSeconds }) =>
    aboutTargets(facts, facts.database.targetLocks, (locks) =>
      orPass(
        locks
          // Autovacuum's is another check's, and so are those that still wait.
          .filter(({ granted, isSystem }) => granted && !isSystem)
          .filter(
            ({ processId, transactionSeconds = Infinity }) =>
              processId === undefined || transactionSeconds > maxSeconds,
          )
          .map((lock) => saidOf(lock, maxSeconds)),
        `No transaction has held a lock on one of these tables for more than ${maxSeconds} s.`,
      ),
    ),
});

function saidOf(lock: TargetLockFacts, maxSeconds: number): Said {
  const { relation, mode, processId, user = '?', application, state, transactionSeconds } = lock;
  if (processId === undefined) {
    return { ...fail(`A prepared transaction holds ${mode} on ${relation}.`, { mode }), relation };
  }
  const evidence = { mode, processId, ...(state !== undefined && { state }) };
  const who = `Process ${processId} (${application === undefined ? user : `${user}, ${application}`})`;
  if (transactionSeconds !== undefined) {
    const held = `in a transaction of ${duration(transactionSeconds * 1_000)}; the limit is ${maxSeconds} s`;
    return { ...fail(`${who} holds ${mode} on ${relation} ${held}.`, evidence), relation };
  }
  return {
    answer: 'unknown',
    message: `${who} holds ${mode} on ${relation}; for how long is not shown.`,
    relation,
    evidence: { ...evidence, needs: 'pg_monitor' },
    remedy: 'Grant pg_monitor.',
  };
}

const lockQueue = defineCheck({
  id: 'lock-queue',
  title: 'Sessions wait for locks',
  group: 'database',
  effect: 'A queue on a table that the migrations change is a storm that they would join.',
  remedy: 'Find who blocks (pg_blocking_pids) and let that end first.',
  limits: { warnAfterSeconds: 1 },

  ask: ({ database }, { warnAfterSeconds }) =>
    whenKnown(database.waits, (waits) =>
      orPass(
        waits.flatMap((wait): Said[] => {
          const { processId = 0, mode, relation, lockType, waitSeconds = 0, blockedBy, isTarget } = wait;
          const evidence = { processId, mode, blockedBy: blockedBy.map(String) };
          const what = relation === undefined ? `a lock of type ${lockType}` : `${mode} on ${relation}`;
          const message = `Process ${processId} has been waiting for ${what} for ${duration(waitSeconds * 1_000)}`;
          if (isTarget && relation !== undefined) return [{ ...fail(`${message}.`, evidence), relation }];
          if (waitSeconds <= warnAfterSeconds) return [];
          return [warn(`${message}; the limit is ${warnAfterSeconds} s.`, evidence)];
        }),
        'Nobody waits for a lock.',
      ),
    ),
});

const connectionsScarce = defineCheck({
  id: 'connections-scarce',
  title: 'Few connections are left',
  group: 'database',
  effect: 'Sessions that queue behind a migration hold their connections; then nobody gets in to cancel it.',
  remedy: 'Raise the limit, end idle sessions, or put a pooler in front of the application.',
  limits: { warnPercent: 70, maxPercent: 85, minLeft: 3 },

  ask: ({ database }, limits) =>
    whenKnown(database.connections, (facts) =>
      orPass(
        [...ofServer(facts, limits), ...ofLimits(facts, limits.minLeft)],
        `${facts.used} of ${facts.max - facts.reserved} connections are in use.`,
      ),
    ),
});

function* ofServer(
  { max, reserved, used }: ConnectionsFacts,
  { warnPercent, maxPercent }: { readonly warnPercent: number; readonly maxPercent: number },
): Iterable<Said> {
  const percent = (100 * used) / (max - reserved);
  const message = `${used} of ${max - reserved} connections are in use (${Math.round(percent)} %); the limit is`;
  if (percent >= maxPercent) yield fail(`${message} ${maxPercent} %.`, { used, max, reserved });
  else if (percent >= warnPercent) yield warn(`${message} ${warnPercent} %.`, { used, max, reserved });
}

function* ofLimits(facts: ConnectionsFacts, minLeft: number): Iterable<Said> {
  const { databaseLimit, databaseUsed, roleLimit = -1, roleUsed } = facts;
  const limited = [
    ['the database', databaseLimit, databaseUsed],
    ['the migration role', roleLimit, roleUsed],
  ] as const;
  for (const [what, limit, used] of limited) {
    if (limit < 0 || limit - used >= minLeft) continue;
    yield fail(`${used} of the ${limit} connections that ${what} may have are in use; ${minLeft} must be left.`, {
      limit,
      used,
    });
  }
}

const migratorRunning = defineCheck({
  id: 'migrator-running',
  title: 'Another migration is running',
  group: 'database',
  effect: 'Two migrations at once wait for each other, fail, or leave a state that nobody rehearsed.',
  remedy: 'Wait until it is done; a lock that is left over goes with its session: pg_terminate_backend(pid).',
  limits: {},

  *ask({ database }) {
    yield* whenKnown(database.identity, ({ database: name }) =>
      whenKnown(database.advisoryLocks, (locks) =>
        orPass(
          locks.flatMap(({ key, processId }) => {
            const tool = key === undefined ? undefined : migratorOf(key, name);
            if (tool === undefined || key === undefined) return [];
            return [fail(`Process ${processId} holds the advisory lock of ${tool}.`, { tool, key, processId })];
          }),
          `No migration tool that we know holds its lock (advisory locks: ${locks.length}).`,
        ),
      ),
    );
  },
});

export const databaseLockChecks: readonly PreflightCheck<PreflightFacts>[] = [
  targetLocked,
  lockQueue,
  connectionsScarce,
  migratorRunning,
];
