import { packageVersion } from '../../support/package.ts';
import { connectProduction } from '../../postgres/connect-production.ts';
import { gatherRehearsal } from '../certificate/gather-rehearsal.ts';
import type { OnProductionEvent } from '../events.ts';
import type { Receipt } from '../facts/receipt.ts';
import { isKnown, type Reading, unknown } from '../reading.ts';
import { askUrls } from './ask-url.ts';
import { gatherVerifyDatabase } from './database/gather-verify-database.ts';
import { runQueriesIn } from './database/run-queries.ts';
import type { AlarmsFacts, VerifyFacts } from './facts.ts';
import { findResourceId } from './find-resource-id.ts';
import { readAlarms } from './read-alarms.ts';
import { readReceipt } from './receipt.ts';
import type { VerifyRequest } from './request.ts';
import { withOneListing } from './with-one-listing.ts';

/**
 * The main path of the verification: asks production, the addresses and the alarms. Whatever cannot be answered is in the
 * facts as unknown; rejects only when `signal` is aborted. Telling others is `sendNotices`, once this was judged.
 */
export async function gatherVerification(
  request: VerifyRequest,
  onEvent: OnProductionEvent,
  signal: AbortSignal,
): Promise<VerifyFacts> {
  signal.throwIfAborted();
  const { target } = request;
  const receipt = request.receipt === undefined ? undefined : await readReceipt(request.receipt);

  onEvent({ kind: 'doing', text: 'Comparing production with the end of the rehearsal' });
  const source = withOneListing(request.source, signal);
  const rehearsal = await gatherRehearsal(
    {
      certificate: request.certificate,
      source,
      against: 'after',
      connect: () => connectProduction(target, { ...LARGE_SCHEMA, signal }),
    },
    signal,
  );
  const database = await gatherVerifyDatabase(
    target,
    { source, invariants: request.invariants, ...(isKnown(rehearsal.certificate) && rehearsal.certificate.value) },
    signal,
  );

  onEvent({ kind: 'doing', text: 'Asking what runs on it' });
  const [queries, urls, alarms, resourceId] = await Promise.all([
    runQueriesIn(target, request.verify.queries, signal),
    askUrls(request.verify.urls, signal),
    alarmsOf(request, signal),
    resourceIdIfNeeded(request, receipt, database.systemIdentifier, signal),
  ]);
  signal.throwIfAborted();
  return {
    format: 1,
    tool: { name: 'pgrehearse', version: packageVersion },
    takenAt: new Date().toISOString(),
    target: { host: target.host, port: target.port, database: target.database, user: target.user },
    rehearsal,
    ...(receipt && { receipt }),
    database,
    queries,
    urls,
    ...(alarms && { alarms }),
    ...(resourceId && { resourceId }),
  };
}

/** It is read in a few long questions. */
const LARGE_SCHEMA = { applicationName: 'pgrehearse verify', statementTimeoutMs: 30_000, answerTimeoutMs: 60_000 };

async function alarmsOf({ verify, openAws }: VerifyRequest, signal: AbortSignal): Promise<AlarmsFacts | undefined> {
  const { alarmPrefix: prefix } = verify;
  if (prefix === undefined) return undefined;
  if (!openAws)
    return { prefix, found: unknown('alarms are to be read, and the config says that AWS is not to be asked') };
  return { prefix, found: await readAlarms(openAws, prefix, signal) };
}

/** AWS is asked who the host is only where the server itself does not tell. */
async function resourceIdIfNeeded(
  { target, openAws }: VerifyRequest,
  receipt: Reading<Receipt> | undefined,
  systemIdentifier: Reading<string>,
  signal: AbortSignal,
): Promise<Reading<string> | undefined> {
  if (!receipt || !isKnown(receipt) || !receipt.value.resource || !openAws) return undefined;
  if (isKnown(systemIdentifier) && receipt.value.systemIdentifier !== undefined) return undefined;
  return await findResourceId(openAws, target.host, signal);
}
