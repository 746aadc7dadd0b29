import { connectProduction, type ProductionDatabase } from '../../postgres/connect-production.ts';
import type { ProductionTarget } from '../../postgres/production-target.ts';
import { isPgrehearseError } from '../../support/errors.ts';
import type { DatabaseFacts } from '../facts/database.ts';
import { isKnown, unknown, type Reading } from '../reading.ts';
import { askClock, askConnection, askIdentity, askSystemIdentifier } from './ask-identity.ts';
import { askEventTriggers, askExtensions, askInvalidIndexes, askSequences } from './ask-objects.ts';
import { askUnlogged, askUnvalidated } from './ask-objects.ts';
import { askPublications, askReplicas, askSlots, askSubscriptions } from './ask-replication.ts';
import { askRole, askSettings } from './ask-role.ts';
import { askAdvisoryLocks, askConnections, askPrepared, askTargetLocks } from './ask-sessions.ts';
import { askTransactions, askVisibility, askWaits } from './ask-sessions.ts';
import { askMembers, askTargets, type Member } from './ask-targets.ts';
import { askArchiver, askChecksums, askCollation, askMaintenance, askWraparound } from './ask-upkeep.ts';
import { startInterview, type Interview } from './interview.ts';

export interface GatherAbout {
  /** Qualified names, quoted where needed, of tables that the migrations touch and that existed before. */
  readonly tables: readonly string[];
  /** Default: the role of the connection. */
  readonly migrationRole?: string;
}

/**
 * Asks the live database everything that a pre-flight wants to know, in forms that do not wait behind a waiting ALTER TABLE.
 * A database that cannot be reached leaves every reading unknown with that reason.
 *
 * @throws the signal's reason, and nothing else
 */
export async function gatherDatabase(
  target: ProductionTarget,
  about: GatherAbout,
  signal: AbortSignal,
): Promise<DatabaseFacts> {
  const heading = {
    askedTables: about.tables,
    ...(about.migrationRole !== undefined && { migrationRole: about.migrationRole }),
  };
  try {
    await using database = await connectProduction(target, { applicationName: APPLICATION_NAME, signal });
    const interview = startInterview(database, Date.now() + LONGEST_MS, signal);
    const role = about.migrationRole ?? target.user;
    return { ...heading, ...(await askAll(interview, database, { target, tables: about.tables, role })) };
  } catch (error) {
    signal.throwIfAborted();
    if (!isPgrehearseError(error) || error.code !== 'DATABASE_UNREACHABLE') throw error;
    return { ...heading, ...nothing(error.message.replace(/\.$/, '')) };
  }
}

const APPLICATION_NAME = 'pgrehearse pre-flight';

/** With every single question blocked, each would wait its second. */
const LONGEST_MS = 60_000;

type Answers = Omit<DatabaseFacts, 'askedTables' | 'migrationRole'>;

interface Subject {
  readonly target: ProductionTarget;
  readonly tables: readonly string[];
  readonly role: string;
}

async function askAll(interview: Interview, database: ProductionDatabase, subject: Subject): Promise<Answers> {
  const members = await askMembers(interview, subject.tables);
  return {
    // First what changes by the second.
    ...(await askAboutNow(interview, subject, members)),
    connection: await askConnection(interview, database, subject.target),
    systemIdentifier: await askSystemIdentifier(interview),
    clock: await askClock(interview),
    ...(await askAboutObjects(interview, members)),
    targets: await about(members, (list) => askTargets(interview, subject.tables, list, subject.role)),
    role: await askRole(interview, subject.role),
    settings: await askSettings(interview, subject.role),
    wraparound: await askWraparound(interview),
    archiver: await askArchiver(interview),
    checksums: await askChecksums(interview),
    collation: await askCollation(interview),
    blocked: [...interview.blocked],
  };
}

async function askAboutNow(interview: Interview, subject: Subject, members: Reading<readonly Member[]>) {
  const identity = await askIdentity(interview);
  const visibility = await askVisibility(interview);
  const isAurora = isKnown(identity) && identity.value.auroraVersion !== undefined;
  return {
    identity,
    visibility,
    transactions: await askTransactions(interview, visibility),
    prepared: await askPrepared(interview),
    targetLocks: await about(members, (list) => askTargetLocks(interview, oids(list))),
    waits: await about(members, (list) => askWaits(interview, oids(list))),
    maintenance: await about(members, (list) => askMaintenance(interview, oids(list))),
    advisoryLocks: await askAdvisoryLocks(interview),
    connections: await askConnections(interview, subject.role),
    slots: await askSlots(interview),
    replicas: await askReplicas(interview, visibility, isAurora),
  };
}

const askAboutObjects = async (interview: Interview, members: Reading<readonly Member[]>) => ({
  publications: await about(members, (list) => askPublications(interview, list)),
  subscriptions: await askSubscriptions(interview),
  invalidIndexes: await about(members, (list) => askInvalidIndexes(interview, oids(list))),
  unvalidated: await about(members, (list) => askUnvalidated(interview, oids(list))),
  eventTriggers: await askEventTriggers(interview),
  sequences: await about(members, (list) => askSequences(interview, oids(list))),
  unlogged: await askUnlogged(interview),
  extensions: await askExtensions(interview),
});

const about = async <Value>(
  members: Reading<readonly Member[]>,
  ask: (list: readonly Member[]) => Promise<Reading<Value>>,
): Promise<Reading<Value>> => (isKnown(members) ? ask(members.value) : members);

const oids = (members: readonly Member[]): readonly number[] => members.map(({ oid }) => oid);

function nothing(reason: string): Answers {
  const none = unknown(reason);
  return {
    connection: none,
    identity: none,
    systemIdentifier: none,
    visibility: none,
    clock: none,
    transactions: none,
    prepared: none,
    targetLocks: none,
    waits: none,
    advisoryLocks: none,
    connections: none,
    slots: none,
    replicas: none,
    publications: none,
    subscriptions: none,
    invalidIndexes: none,
    unvalidated: none,
    eventTriggers: none,
    sequences: none,
    unlogged: none,
    extensions: none,
    targets: none,
    role: none,
    settings: none,
    wraparound: none,
    maintenance: none,
    archiver: none,
    checksums: none,
    collation: none,
    blocked: [],
  };
}
