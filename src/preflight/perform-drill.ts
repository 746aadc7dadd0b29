import { randomBytes } from 'node:crypto';
import type { BookkeepingTable } from '../migrations/source.ts';
import { connectProduction } from '../postgres/connect-production.ts';
import { PgrehearseError } from '../support/errors.ts';
import type { Aws } from './aws/aws.ts';
import { drillCostNote } from './aws/drill/cost-note.ts';
import type { DrillDoor } from './aws/drill/log-in.ts';
import { type DrillOptions, restoreDrill } from './aws/drill/restore-drill.ts';
import type { DrillSource } from './aws/drill/restore-plan.ts';
import { type RestoredExpectation, verifyRestored } from './aws/drill/verify-restored.ts';
import { iamPassword } from './aws/iam-password.ts';
import { paceOf } from './aws/writing/poll.ts';
import { readProductionSchema } from './certificate/production-schema.ts';
import { digestOf } from './certificate/schema-digest.ts';
import { chooseSnapshot } from './checks/choose-snapshot.ts';
import type { OnProductionEvent } from './events.ts';
import type { DrillFacts } from './facts/aws.ts';
import type { PreflightFacts } from './facts/index.ts';
import { isKnown } from './reading.ts';
import { reasonNotToWrite } from './reason-not-to-write.ts';
import type { DrillRequest, PreflightRequest } from './request.ts';

interface Subject {
  readonly aws: Aws;
  readonly facts: PreflightFacts;
  readonly drill: DrillRequest;
}

/**
 * Restores the snapshot that production would go back to, or without one the latest point in time, and looks whether it is
 * what was rehearsed from.
 *
 * @throws {PgrehearseError} `INTERRUPTED`, which names what could not be deleted
 */
export async function performDrill(
  request: PreflightRequest,
  subject: Subject,
  onEvent: OnProductionEvent,
  signal: AbortSignal,
): Promise<DrillFacts> {
  const { aws, facts, drill } = subject;
  const resource = facts.aws?.resource;
  if (!resource || !isKnown(resource)) return notBegun(facts, resource?.unknown ?? 'the database is not on AWS');
  const refusal = reasonNotToWrite(aws, facts.policy, resource.value);
  if (refusal !== undefined) return notBegun(facts, refusal);
  const chosen = chooseSnapshot(facts);
  const what: DrillSource = isKnown(chosen) && chosen.value ? { snapshot: chosen.value } : { pointInTime: 'latest' };
  const limitMs = drill.maxHours * 3_600_000;
  const { instanceClass } = drill;
  onEvent({
    kind: 'done',
    text: drillCostNote(resource.value, what, { limitMs, ...(instanceClass !== undefined && { instanceClass }) }),
  });
  const done = await restoreDrill(aws, resource.value, what, optionsFor(request, subject, limitMs, onEvent), signal);
  if (done.status === 'interrupted') throw interruptedIn(done);
  return done;
}

function optionsFor(
  request: PreflightRequest,
  { aws, facts, drill }: Subject,
  limitMs: number,
  onEvent: OnProductionEvent,
): DrillOptions {
  const { target } = request;
  const { instanceClass, subnetGroup, securityGroups, parameterGroup } = drill;
  return {
    runId: randomBytes(4).toString('hex'),
    stateFolder: request.stateFolder,
    limitMs,
    ...(request.pollMs !== undefined && { pace: paceOf(request.pollMs) }),
    instead: {
      ...(instanceClass !== undefined && { instanceClass }),
      ...(subnetGroup !== undefined && { subnetGroup }),
      ...(securityGroups && { securityGroups }),
      ...(parameterGroup !== undefined && { parameterGroup }),
    },
    ...(request.iamAuthentication && { iam: { user: target.user, passwordAt: (at) => iamPassword(aws, at) } }),
    connect: (door: DrillDoor, until) =>
      connectProduction(
        {
          host: door.address,
          port: door.port,
          user: door.user,
          password: door.password,
          database: target.database,
          tls: target.tls,
        },
        // Counting and checking of indexes have longer limits of their own; the drill's ends all of it.
        {
          applicationName: 'pgrehearse restore drill',
          // Restored storage is loaded when it is first read.
          statementTimeoutMs: 60_000,
          lockTimeoutMs: 10_000,
          signal: until,
          answerTimeoutMs: limitMs,
        },
      ),
    verify: async (database, until) =>
      verifyRestored(database, await expectationOf(request, facts, drill, until), until),
    onProgress: ({ stage, id, status, percent }) =>
      onEvent({ kind: 'doing', text: `Drill: ${stage} ${id} (${status})`, ...(percent !== undefined && { percent }) }),
  };
}

/** What was rehearsed from is what must come back; of the tables that will be touched, at least half of their rows. */
async function expectationOf(
  { source }: PreflightRequest,
  { database, rehearsal, aws }: PreflightFacts,
  { amcheck }: DrillRequest,
  signal: AbortSignal,
): Promise<RestoredExpectation> {
  const { bookkeeping } = await source.list(signal);
  const engine = aws && isKnown(aws.resource) ? aws.resource.value.engineVersion : '';
  const targets = isKnown(database.targets) ? database.targets.value.filter(({ exists }) => exists) : [];
  const schema = isKnown(rehearsal.certificate) ? rehearsal.certificate.value.predicate.schema : undefined;
  return {
    serverMajor: isKnown(database.identity)
      ? Math.floor(database.identity.value.versionNumber / 10_000)
      : Number.parseInt(engine, 10),
    // One that was never analyzed has no count of rows but that of the activity statistics.
    tables: targets.map(({ relation, rows = 0, liveRows = 0, heapBytes = 0 }) => ({
      relation,
      atLeast: Math.floor((rows > 0 ? rows : liveRows) * LEAST_SHARE),
      isLarge: heapBytes > LARGE_BYTES,
    })),
    ...(schema && {
      schema: { expected: schema.before, read: (restored) => readDigest(restored, bookkeeping, schema.leftOut) },
    }),
    ...(amcheck && { amcheckLimitMs: AMCHECK_LIMIT_MS }),
  };
}

const readDigest = async (
  restored: Parameters<typeof readProductionSchema>[0],
  bookkeeping: readonly BookkeepingTable[],
  leftOut: Parameters<typeof digestOf>[1],
): Promise<ReturnType<typeof digestOf>> => digestOf(await readProductionSchema(restored, bookkeeping), leftOut);

const notBegun = (facts: PreflightFacts, reason: string): DrillFacts => ({
  source: {},
  created: [],
  status: 'failed',
  reason,
  startedAt: facts.takenAt,
  totalMs: 0,
  comparisons: [],
});

function interruptedIn({ created }: DrillFacts): PgrehearseError {
  const left = created.filter(({ deleted }) => !deleted).map(({ kind, id }) => `${kind} ${id}`);
  return new PgrehearseError('INTERRUPTED', 'Interrupted in the restore drill.', {
    hint:
      left.length === 0
        ? 'What the drill made is deleted.'
        : `${left.join(', ')} could not be deleted: run \`pgrehearse preflight --clean-up\`.`,
    details: { left },
  });
}

/** Rows come and go between the snapshot and now; a table that lost half of them did not come back. */
const LEAST_SHARE = 0.5;
const LARGE_BYTES = 10 * 1024 ** 3;
const AMCHECK_LIMIT_MS = 30 * 60_000;
