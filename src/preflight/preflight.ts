import { randomBytes } from 'node:crypto';
import { connectProduction } from '../postgres/connect-production.ts';
import type { ProductionTarget } from '../postgres/production-target.ts';
import { PgrehearseError, toError } from '../support/errors.ts';
import { packageVersion } from '../support/package.ts';
import { redact } from '../support/redact.ts';
import type { Aws } from './aws/aws.ts';
import { openAws, patienceOf } from './aws/clients.ts';
import { findResource, gatherAws } from './aws/gather-aws.ts';
import { iamPassword } from './aws/iam-password.ts';
import { paceOf } from './aws/writing/poll.ts';
import { createSnapshot } from './aws/snapshot/create-snapshot.ts';
import { gatherRehearsal } from './certificate/gather-rehearsal.ts';
import { gatherDatabase } from './database/gather-database.ts';
import { performDrill } from './perform-drill.ts';
import type { OnProductionEvent } from './events.ts';
import type { AwsFacts, CreatedSnapshot } from './facts/aws.ts';
import type { PreflightFacts } from './facts/index.ts';
import type { InvariantStart } from './facts/receipt.ts';
import type { RehearsalFacts } from './facts/rehearsal.ts';
import { isKnown, known, type Reading, unknown } from './reading.ts';
import { reasonNotToWrite } from './reason-not-to-write.ts';
import type { InvariantQuery, PreflightRequest } from './request.ts';
import { QUERY_TIMEOUT_MS, readInvariants } from './verify/database/run-queries.ts';

/**
 * The main path of the pre-flight: asks AWS, the live database, the certificate and the migrations on disk. Whatever
 * cannot be answered is in the facts as unknown.
 *
 * @throws {PgrehearseError} when it cannot ask at all, and `INTERRUPTED`, which names a snapshot that stays behind
 */
export async function gatherPreflight(
  request: PreflightRequest,
  onEvent: OnProductionEvent,
  signal: AbortSignal,
): Promise<PreflightFacts> {
  using aws =
    request.aws === 'off' ? undefined : await openAws(request.aws, request.env, patienceOf(request.patienceMs));
  const target = aws && request.iamAuthentication ? withIamPassword(request.target, aws) : request.target;
  const asked = { ...request, target };
  const created = aws && request.createSnapshot ? await snapshotFirst(asked, aws, onEvent, signal) : undefined;

  const subject = { ...(aws && { aws }), ...(created && { created }) };
  const facts = await gatherNow(asked, subject, onEvent, signal);
  if (!aws || !request.drill || !facts.aws) return facts;
  const drill = await performDrill(asked, { aws, facts, drill: request.drill }, onEvent, signal);
  // A drill takes hours: what was seen before it tells nothing of sessions, locks and backups of now.
  const after = drill.created.length === 0 ? facts : await gatherNow(asked, subject, onEvent, signal);
  return { ...after, aws: { ...(after.aws ?? facts.aws), drill } };
}

/** All that a pre-flight only reads, as it is at this moment. */
async function gatherNow(
  request: PreflightRequest,
  { aws, created }: { readonly aws?: Aws; readonly created?: CreatedSnapshot },
  onEvent: OnProductionEvent,
  signal: AbortSignal,
): Promise<PreflightFacts> {
  const { target } = request;
  onEvent({ kind: 'doing', text: 'Comparing with the rehearsal' });
  const rehearsal = await compareWithRehearsal(request, signal);
  onEvent({ kind: 'doing', text: aws ? 'Asking AWS and the live database' : 'Asking the live database' });
  const [awsFacts, database, invariants] = await Promise.all([
    aws && gatherAws(aws, target, request.policy, signal),
    gatherDatabase(target, aboutTarget(request, rehearsal), signal),
    readInvariantsIn(target, request.invariants, signal),
  ]);
  signal.throwIfAborted();
  return {
    format: 1,
    tool: { name: 'pgrehearse', version: packageVersion },
    takenAt: (aws?.now() ?? new Date()).toISOString(),
    target: { host: target.host, port: target.port, database: target.database, user: target.user },
    policy: request.policy,
    ...(awsFacts && { aws: withCreated(awsFacts, created) }),
    database,
    rehearsal,
    invariants,
  };
}

const compareWithRehearsal = (
  { certificate, source, target }: PreflightRequest,
  signal: AbortSignal,
): Promise<RehearsalFacts> =>
  gatherRehearsal(
    {
      certificate,
      source,
      // A large schema is read in a few long questions.
      connect: () =>
        connectProduction(target, {
          applicationName: APPLICATION_NAME,
          statementTimeoutMs: 30_000,
          answerTimeoutMs: 60_000,
          signal,
        }),
    },
    signal,
  );

async function snapshotFirst(
  request: PreflightRequest,
  aws: Aws,
  onEvent: OnProductionEvent,
  signal: AbortSignal,
): Promise<CreatedSnapshot> {
  onEvent({ kind: 'doing', text: 'Looking for the database on AWS' });
  const { resource } = await findResource(aws, request.target.host, signal);
  if (!isKnown(resource)) return notCreated(resource.unknown);
  const refusal = reasonNotToWrite(aws, request.policy, resource.value);
  if (refusal !== undefined) return notCreated(refusal);
  const created = await createSnapshot(
    aws,
    resource.value,
    {
      runId: randomBytes(4).toString('hex'),
      maxWaitMs: request.createSnapshot?.maxWaitMs ?? 0,
      ...(request.pollMs !== undefined && { pace: paceOf(request.pollMs) }),
      onProgress: ({ id, status, percent }) =>
        onEvent({ kind: 'doing', text: `Snapshot ${id} ${status}`, ...(percent !== undefined && { percent }) }),
    },
    signal,
  );
  if (created.status === 'interrupted') throw interruptedAt(created);
  return created;
}

/** What was begun at AWS goes on there; whoever interrupts must know its name. */
const interruptedAt = ({ id, mayExist }: CreatedSnapshot): PgrehearseError =>
  new PgrehearseError('INTERRUPTED', `Interrupted while waiting for the snapshot ${id}.`, {
    hint: mayExist ? `The snapshot ${id} stays; delete it if it is not wanted.` : 'No snapshot was made.',
    details: { snapshot: id, mayExist },
  });

const notCreated = (reason: string): CreatedSnapshot => ({
  id: '',
  status: 'not-created',
  reason,
  startedAt: new Date().toISOString(),
  waitedMs: 0,
  mayExist: false,
});

const withCreated = (aws: AwsFacts, created: CreatedSnapshot | undefined): AwsFacts => ({
  ...aws,
  ...(created && { created }),
});

const withIamPassword = (target: ProductionTarget, aws: Aws): ProductionTarget => ({
  ...target,
  password: iamPassword(aws, target),
});

/** Tables that the migrations touch and that others may be using now. */
function aboutTarget(
  { policy }: PreflightRequest,
  { certificate }: RehearsalFacts,
): { readonly tables: readonly string[]; readonly migrationRole?: string } {
  const touched = isKnown(certificate) ? certificate.value.predicate.tables : [];
  return {
    tables: touched.filter(({ existedBefore }) => existedBefore).map(({ relation }) => relation),
    ...(policy.migrationRole !== undefined && { migrationRole: policy.migrationRole }),
  };
}

/** What the invariants give now, for the receipt. One that gives no answer makes them unknown. */
async function readInvariantsIn(
  target: ProductionTarget,
  invariants: readonly InvariantQuery[],
  signal: AbortSignal,
): Promise<Reading<readonly InvariantStart[]>> {
  if (invariants.length === 0) return known([]);
  try {
    await using database = await connectProduction(target, {
      applicationName: APPLICATION_NAME,
      statementTimeoutMs: QUERY_TIMEOUT_MS,
      signal,
    });
    const starts: InvariantStart[] = [];
    for (const { reading } of await readInvariants(database, invariants)) {
      if (!isKnown(reading)) return reading;
      starts.push(reading.value);
    }
    return known(starts);
  } catch (error) {
    signal.throwIfAborted();
    return unknown(redact(toError(error).message).replace(/\.$/, ''));
  }
}

const APPLICATION_NAME = 'pgrehearse preflight';
