import { fail, pass, preflightCheckFor, skipped, warn, whenKnown, type PreflightCheck } from '../check.ts';
import type { Said } from '../check.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { isKnown } from '../reading.ts';
import { orPass, predicateOf } from './database-rehearsal.ts';

const defineCheck = preflightCheckFor<PreflightFacts>();

const databaseReadOnly = defineCheck({
  id: 'database-read-only',
  title: 'The database does not take writes',
  group: 'database',
  effect: 'The migrations would fail at their first statement, or the URL leads to a standby instead of the primary.',
  remedy: 'Give the address of the primary (the writer endpoint), or find out who made it read-only.',
  limits: {},

  ask: ({ database }) =>
    whenKnown(database.identity, function* say({ isInRecovery, defaultReadOnly, database: name, serverAddress }) {
      const where = serverAddress === undefined ? '' : ` at ${serverAddress}`;
      const evidence = { database: name, isInRecovery, defaultReadOnly };
      if (isInRecovery) yield fail(`The server${where} is a standby (in recovery).`, evidence);
      else if (defaultReadOnly && !mayRoleWrite(database)) {
        yield fail(`Transactions in ${name} are read-only by default (default_transaction_read_only).`, evidence);
      } else yield pass(`${name}${where} takes writes.`, evidence);
    }),
});

/** That our own role only reads by default is a good habit, not a property of the database. */
const mayRoleWrite = ({ settings }: PreflightFacts['database']): boolean =>
  isKnown(settings) && settings.value.ofRole['default_transaction_read_only'] === 'off';

const sameText = (extensions: number): string =>
  extensions === 1
    ? 'The one extension is that of the rehearsal.'
    : `The ${extensions} extensions are those of the rehearsal.`;

const serverVersionDiffers = defineCheck({
  id: 'server-version-differs',
  title: 'Production runs another version of PostgreSQL than the rehearsal',
  group: 'database',
  effect: 'Syntax, locks and rewrites differ between majors: what worked in the rehearsal may not work here.',
  remedy: "Rehearse with `server.postgresVersion` set to production's major.",
  limits: {},

  ask: (facts) =>
    whenKnown(predicateOf(facts), ({ server: { major, version } }) =>
      whenKnown(facts.database.identity, function* say({ versionNumber }) {
        const production = `${Math.floor(versionNumber / 10_000)}.${versionNumber % 10_000}`;
        const evidence = { production, rehearsal: version };
        const message = `Production runs PostgreSQL ${production}, the rehearsal ran on ${version}.`;
        if (Math.floor(versionNumber / 10_000) !== major) yield fail(message, evidence);
        else if (/^\d+\.\d+/.exec(version)?.[0] !== production) yield warn(message, evidence);
        else yield pass(`Production and rehearsal run PostgreSQL ${production}.`, evidence);
      }),
    ),
});

const extensionDiffers = defineCheck({
  id: 'extension-differs',
  title: 'An extension is not as it was rehearsed',
  group: 'database',
  effect: 'Functions and types that the migrations use may be missing or behave differently.',
  remedy: 'Bring production and the backup that is rehearsed to the same version, or rehearse a newer backup.',
  limits: {},

  ask: (facts) =>
    whenKnown(predicateOf(facts), ({ extensions: { before } }) =>
      whenKnown(facts.database.extensions, (here) =>
        orPass(differences(here, before), sameText(Object.keys(here).length)),
      ),
    ),
});

function* differences(
  here: Readonly<Record<string, string>>,
  rehearsed: Readonly<Record<string, string>>,
): Iterable<Said> {
  for (const name of new Set([...Object.keys(here), ...Object.keys(rehearsed)])) {
    const [production = 'not installed', rehearsal = 'not installed'] = [here[name], rehearsed[name]];
    if (production === rehearsal) continue;
    yield fail(`The extension ${name} is ${production} in production and was ${rehearsal} in the rehearsal.`, {
      extension: name,
      production,
      rehearsal,
    });
  }
}

const databaseClockOff = defineCheck({
  id: 'database-clock-off',
  title: "The database's clock is off",
  group: 'database',
  effect: 'Ages of backups and transactions, and the moment to go back to, are counted wrongly.',
  remedy: 'Set the clock of this machine (or of a self-hosted server) by NTP.',
  limits: { warnAfterSeconds: 60, maxSeconds: 300 },

  ask: ({ database }, { warnAfterSeconds, maxSeconds }) =>
    whenKnown(database.clock, function* say({ aheadMs, errorMs }) {
      // What the round trip cannot explain.
      const offSeconds = Math.max(0, Math.abs(aheadMs) - errorMs) / 1_000;
      const message = `The database's clock and this machine's differ by ${offSeconds.toFixed(1)} s; the limit is`;
      if (offSeconds > maxSeconds) yield fail(`${message} ${maxSeconds} s.`, { aheadMs });
      else if (offSeconds > warnAfterSeconds) yield warn(`${message} ${warnAfterSeconds} s.`, { aheadMs });
      else yield pass(`The database's clock and this machine's differ by ${offSeconds.toFixed(1)} s.`, { aheadMs });
    }),
});

const connectionNotVerified = defineCheck({
  id: 'connection-not-verified',
  title: 'The connection is not encrypted, or with a server that nobody verified',
  group: 'database',
  effect: 'Who answers these questions, and gets the password, may not be the database.',
  remedy: "Use `sslmode=verify-full`, with the provider's root certificates as `sslrootcert`.",
  limits: {},

  ask: ({ database }) =>
    whenKnown(database.connection, function* say({ encrypted, tlsMode, isLocal, tlsVersion }) {
      const evidence = { encrypted, tlsMode, ...(tlsVersion !== undefined && { tlsVersion }) };
      if (isLocal) yield skipped('The server is on this machine.');
      else if (!encrypted) yield warn('The connection is not encrypted.', evidence);
      else if (tlsMode === 'verify-full') yield pass('The connection is encrypted and the server verified.', evidence);
      else yield warn(`The connection is encrypted, but sslmode=${tlsMode} does not prove whose it is.`, evidence);
    }),
});

const poolerInBetween = defineCheck({
  id: 'pooler-in-between',
  title: 'A pooler stands between us and the database',
  group: 'database',
  effect: "In transaction mode, migration tools' advisory locks and SET statements end up in other people's sessions.",
  remedy: 'Give migrations the address of the database itself; poolers are for the application.',
  limits: {},

  ask: ({ database }) =>
    whenKnown(database.connection, function* say({ isStartProcess, processChanges }) {
      if (processChanges) {
        yield fail('Different server processes answer one after the other: a pooler in transaction mode.');
      } else if (!isStartProcess) yield warn('A pooler or proxy answers; its mode cannot be told from here.');
      else yield pass('One server process answers.');
    }),
});

const catalogueBlocked = defineCheck({
  id: 'catalogue-blocked',
  title: 'A question to the catalogue ran into a lock or a time limit',
  group: 'database',
  effect: 'Something holds a lock on what every session needs; a migration would wait for it just the same.',
  remedy: 'Find the oldest lock holder in pg_locks, and wait until it is done.',
  limits: {},

  ask: ({ database }) =>
    whenKnown(database.identity, () =>
      orPass(
        database.blocked.map((about) => fail(`Asking for ${about} was stopped by a lock or a time limit.`, { about })),
        'Every question was answered in time.',
      ),
    ),
});

export const databaseIdentityChecks: readonly PreflightCheck<PreflightFacts>[] = [
  databaseReadOnly,
  serverVersionDiffers,
  extensionDiffers,
  databaseClockOff,
  connectionNotVerified,
  poolerInBetween,
  catalogueBlocked,
];
