import { byteSize } from '../../support/amounts.ts';
import { duration } from '../../support/duration.ts';
import { fail, preflightCheckFor, warn, whenKnown, type PreflightCheck, type Said } from '../check.ts';
import type { TouchedTable } from '../facts/certificate.ts';
import type { PublicationFacts, SlotFacts, TargetTableFacts } from '../facts/database.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { isKnown } from '../reading.ts';
import { aboutTargets, orPass, predicateOf } from './database-rehearsal.ts';

const defineCheck = preflightCheckFor<PreflightFacts>();

const GIB = 2 ** 30;

const slotLagging = defineCheck({
  id: 'slot-lagging',
  title: 'A replication slot holds back WAL, or has lost it',
  group: 'database',
  effect: 'A migration that rewrites a table floods the WAL; a slot that nobody reads keeps all of it on the disk.',
  remedy: 'Bring its consumer back, or drop the slot if there is none any more.',
  limits: { warnRetainedGib: 1, maxRetainedGib: 10 },

  ask: (facts, limits) =>
    whenKnown(facts.database.slots, (slots) => {
      const predicate = predicateOf(facts);
      const walBytes = isKnown(predicate) ? (predicate.value.resources?.walBytes ?? 0) : 0;
      return orPass(
        slots.flatMap((slot) => ofSlot(slot, walBytes, limits)),
        slots.length === 0 ? 'There is no replication slot.' : 'Every replication slot is read.',
      );
    }),
});

function ofSlot(
  slot: SlotFacts,
  walBytes: number,
  limits: { readonly warnRetainedGib: number; readonly maxRetainedGib: number },
): Said[] {
  const { name, type, active, temporary, walStatus = 'reserved', safeWalBytes, retainedBytes } = slot;
  const evidence = { slot: name, type, active, walStatus, ...(retainedBytes !== undefined && { retainedBytes }) };
  if (walStatus === 'lost' || walStatus === 'unreserved') {
    return [fail(`The ${type} slot ${name} has lost WAL that its consumer needs (${walStatus}).`, evidence)];
  }
  if (safeWalBytes !== undefined && safeWalBytes < walBytes) {
    const wrote = `the rehearsed migrations wrote ${byteSize(walBytes)}`;
    return [fail(`The slot ${name} is lost after ${byteSize(safeWalBytes)} more of WAL; ${wrote}.`, evidence)];
  }
  if (active || temporary) return [];
  if (retainedBytes === undefined) {
    return [warn(`Nobody reads the ${type} slot ${name}; how much WAL it holds back is not told.`, evidence)];
  }
  const message = `Nobody reads the ${type} slot ${name}, which holds back ${byteSize(retainedBytes)} of WAL; the limit is`;
  if (retainedBytes > limits.maxRetainedGib * GIB) return [fail(`${message} ${limits.maxRetainedGib} GiB.`, evidence)];
  if (retainedBytes <= limits.warnRetainedGib * GIB) return [];
  return [warn(`${message} ${limits.warnRetainedGib} GiB.`, evidence)];
}

const replicaLagging = defineCheck({
  id: 'replica-lagging',
  title: 'A replica is behind, or missing',
  group: 'database',
  effect: 'It replays the locks and the WAL of the migration as well; its readers wait, and it falls further behind.',
  remedy: 'Wait until it has caught up; look for long queries and slow disks on it.',
  limits: { warnLagSeconds: 10, maxLagSeconds: 60, warnLagMib: 64, maxLagMib: 1_024 },

  ask: ({ database, policy }, limits) =>
    whenKnown(database.replicas, (replicas) => {
      const streaming = replicas.filter(({ state }) => state === 'streaming').length;
      const expected = policy.replicas ?? 0;
      const missing =
        streaming < expected
          ? [fail(`${streaming} replicas are streaming; ${expected} are expected.`, { streaming, expected })]
          : [];
      const behind = replicas.flatMap(({ name, lagBytes = 0, lagSeconds = 0 }) => {
        const evidence = { replica: name, lagBytes, lagSeconds };
        const mib = lagBytes / 2 ** 20;
        const message = `The replica ${name} is ${duration(lagSeconds * 1_000)} and ${byteSize(lagBytes)} behind; the limit is`;
        if (lagSeconds > limits.maxLagSeconds || mib > limits.maxLagMib) {
          return [fail(`${message} ${limits.maxLagSeconds} s or ${limits.maxLagMib} MiB.`, evidence)];
        }
        if (lagSeconds <= limits.warnLagSeconds && mib <= limits.warnLagMib) return [];
        return [warn(`${message} ${limits.warnLagSeconds} s or ${limits.warnLagMib} MiB.`, evidence)];
      });
      return orPass([...missing, ...behind], `${replicas.length} replicas are connected, and none is behind.`);
    }),
});

const targetPublished = defineCheck({
  id: 'target-published',
  title: 'A table that the migrations change is replicated logically',
  group: 'database',
  effect: 'DDL is not replicated: the subscriber stops at the first row that does not fit its table.',
  remedy: 'Change the subscriber first when adding, last when removing; give the table a replica identity.',
  limits: {},

  ask: (facts) =>
    aboutTargets(facts, facts.database.publications, (publications, touched) =>
      whenKnown(facts.database.targets, (targets) =>
        orPass(
          targets.flatMap((target) => ofTarget(target, touched.get(target.relation), publications)),
          'None of these tables is published.',
        ),
      ),
    ),
});

function ofTarget(
  { relation, hasReplicaIdentity }: TargetTableFacts,
  touched: TouchedTable | undefined,
  publications: readonly PublicationFacts[],
): Said[] {
  const holding = publications.filter(({ allTables, targets }) => allTables || targets.includes(relation));
  if (holding.length === 0 || touched === undefined) return [];
  const names = holding.map(({ name }) => name);
  const evidence = { publications: names };
  const message = `${relation} is published by ${names.join(', ')}`;
  const refuses = hasReplicaIdentity === false && holding.some(({ publishesChanges }) => publishesChanges);
  if (refuses && touched.dataChanged) {
    return [{ ...fail(`${message} and has no replica identity: UPDATE and DELETE fail.`, evidence), relation }];
  }
  return [{ ...warn(`${message}.`, evidence), relation }];
}

const subscriptionActive = defineCheck({
  id: 'subscription-active',
  title: 'The database subscribes to another',
  group: 'database',
  effect: 'Rows arrive in the shape of the publisher; a table changed here first may not take them.',
  remedy: 'Change the side first that takes both shapes; disable the subscription in between if need be.',
  limits: {},

  ask: ({ database }) =>
    whenKnown(database.subscriptions, (subscriptions) =>
      orPass(
        subscriptions
          .filter(({ enabled }) => enabled)
          .map(({ name }) => warn(`The subscription ${name} is enabled.`, { subscription: name })),
        'No subscription is enabled.',
      ),
    ),
});

export const databaseReplicationChecks: readonly PreflightCheck<PreflightFacts>[] = [
  slotLagging,
  replicaLagging,
  targetPublished,
  subscriptionActive,
];
