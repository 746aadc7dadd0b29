import { duration } from '../../support/duration.ts';
import {
  fail,
  pass,
  preflightCheckFor,
  unknownBecause,
  warn,
  whenKnown,
  type PreflightCheck,
  type Said,
} from '../check.ts';
import type { RehearsalPredicate } from '../facts/certificate.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { isKnown } from '../reading.ts';
import { aboutTargets, orPass, predicateOf } from './database-rehearsal.ts';

const defineCheck = preflightCheckFor<PreflightFacts>();

const roleTimeoutTooShort = defineCheck({
  id: 'role-timeout-too-short',
  title: 'A time limit of the migration role is shorter than the migration',
  group: 'database',
  effect: 'The server cancels the migration in the middle; outside of a transaction, half of it stays.',
  remedy: 'SET statement_timeout (and transaction_timeout) in the migration, or ALTER ROLE … SET it.',
  limits: { safetyFactor: 2 },

  ask: (facts, { safetyFactor }) =>
    whenKnown(facts.database.settings, ({ ofRole }) =>
      orPass(
        TIME_LIMITS.flatMap((name) => ofTimeLimit(name, ofRole[name], longestOf(facts), safetyFactor)),
        'No time limit of the migration role is in the way.',
      ),
    ),
});

const TIME_LIMITS = ['statement_timeout', 'transaction_timeout'] as const;

function longestOf(facts: PreflightFacts): number | undefined {
  const predicate = predicateOf(facts);
  return isKnown(predicate) ? longestStepMs(predicate.value) : undefined;
}

const longestStepMs = ({ timings }: RehearsalPredicate): number =>
  Math.max(0, ...timings.map(({ durationMs }) => durationMs));

function ofTimeLimit(
  name: string,
  value: string | null | undefined,
  longestMs: number | undefined,
  safetyFactor: number,
): Said[] {
  // A server that does not have it, or does not use it.
  if (value === undefined || value === '0') return [];
  if (value === null) return [hidden(name)];
  if (longestMs === undefined) {
    return [
      unknownBecause({ unknown: `${name} is ${duration(Number(value))}; there is no certificate to compare with` }),
    ];
  }
  const evidence = { setting: name, limitMs: Number(value), longestMs };
  const message = `${name} is ${duration(Number(value))}; the longest rehearsed step took ${duration(longestMs)}`;
  if (Number(value) <= longestMs) return [fail(`${message}.`, evidence)];
  if (Number(value) < longestMs * safetyFactor)
    return [warn(`${message}, and ${safetyFactor} times that is wanted.`, evidence)];
  return [];
}

const hidden = (name: string): Said => ({
  answer: 'unknown',
  message: `What ${name} the migration role begins with cannot be told: the role that we connect as has its own.`,
  remedy: `ALTER ROLE … RESET ${name} for the role of \`preflight.url\`, or connect as the migration role.`,
});

const lockTimeoutUnset = defineCheck({
  id: 'lock-timeout-unset',
  title: 'The migration role waits for locks without end',
  group: 'database',
  effect: 'DDL that cannot get its lock queues, and every query on the table queues behind it.',
  remedy: "SET lock_timeout = '5s' in the migrations, or ALTER ROLE … SET lock_timeout.",
  limits: {},

  ask: ({ database }) =>
    whenKnown(database.settings, function* say({ ofRole }) {
      const value = ofRole['lock_timeout'];
      if (value === undefined || value === null) yield hidden('lock_timeout');
      else if (value === '0') yield warn('lock_timeout is 0 for the migration role: it waits for ever.');
      else yield pass(`lock_timeout is ${duration(Number(value))} for the migration role.`);
    }),
});

const roleReadOnly = defineCheck({
  id: 'migration-role-read-only',
  title: "The migration role's transactions are read-only",
  group: 'database',
  effect: 'The first statement that writes fails.',
  remedy: 'ALTER ROLE … RESET default_transaction_read_only, or run the migrations as another role.',
  limits: {},

  ask: ({ database }) =>
    whenKnown(database.settings, function* say({ ofRole }) {
      const value = ofRole['default_transaction_read_only'];
      if (value === undefined || value === null) yield hidden('default_transaction_read_only');
      else if (value === 'on') yield fail('default_transaction_read_only is on for the migration role.');
      else yield pass('The migration role may write.');
    }),
});

const lockTableSmall = defineCheck({
  id: 'lock-table-small',
  title: 'A table has more partitions than the lock table has room for',
  group: 'database',
  effect:
    '"out of shared memory": DDL on the parent locks every partition and each of its indexes, in one transaction.',
  remedy: 'Raise max_locks_per_transaction (needs a restart), or change the partitions one by one.',
  limits: { maxPercent: 50 },

  ask: (facts, { maxPercent }) =>
    aboutTargets(facts, facts.database.targets, (targets) =>
      whenKnown(facts.database.settings, ({ server }) => {
        const numberOf = (name: string) => Number(server[name] ?? 0);
        const sessions = numberOf('max_connections') + numberOf('max_prepared_transactions');
        const room = numberOf('max_locks_per_transaction') * sessions;
        return orPass(
          targets
            .filter(({ partitions = 0 }) => partitions > (room * maxPercent) / 100)
            .map(({ relation, partitions = 0 }) => ({
              ...fail(
                `${relation} has ${partitions} partitions; the lock table has room for ${room} locks, of which ${maxPercent} % may be taken.`,
                { partitions, room },
              ),
              relation,
            })),
          'The lock table has room for the partitions of these tables.',
        );
      }),
    ),
});

export const databaseLimitChecks: readonly PreflightCheck<PreflightFacts>[] = [
  roleTimeoutTooShort,
  lockTimeoutUnset,
  roleReadOnly,
  lockTableSmall,
];
