import { existsSync } from 'node:fs';
import { orderMigrations } from '../../migrations/graph.ts';
import type { MigrationSet, MigrationSource } from '../../migrations/source.ts';
import type { Database } from '../../postgres/connect.ts';
import { LOCK_NOT_AVAILABLE, QUERY_CANCELED, sqlStateOf } from '../../postgres/sqlstate.ts';
import { toError } from '../../support/errors.ts';
import { redact } from '../../support/redact.ts';
import type { RehearsalPredicate } from '../facts/certificate.ts';
import type { CertificateFacts, DriftedObject, RehearsalFacts, SchemaComparison } from '../facts/rehearsal.ts';
import { isKnown, known, type Reading, unknown } from '../reading.ts';
import type { CertificateRequest } from '../request.ts';
import { compareSchema } from './compare-schema.ts';
import { readProductionBooks } from './production-books.ts';
import { readProductionSchema } from './production-schema.ts';
import { readCertificate } from './read-certificate.ts';
import { rehearsedSnapshot } from './rehearsed-snapshot.ts';
import { digestOf } from './schema-digest.ts';

export interface RehearsalQuestions {
  readonly certificate: CertificateRequest;
  readonly source: MigrationSource;
  /** A session that only reads; it is closed again. */
  readonly connect: () => Promise<Database>;
  /** Which state of the rehearsal production should have: `before` the pending migrations when absent. */
  readonly against?: 'before' | 'after';
}

/**
 * What was rehearsed, what is on disk, and what production has. What cannot be read is unknown.
 *
 * @throws {PgrehearseError} `CERTIFICATE_UNREADABLE`, `KEY_UNREADABLE`: what the user named is not what it should be
 * @throws the signal's reason
 */
export async function gatherRehearsal(
  { certificate: request, source, connect, against = 'before' }: RehearsalQuestions,
  signal: AbortSignal,
): Promise<RehearsalFacts> {
  const certificate = await certificateFacts(request);
  const listed = await readingOf(signal, async () => known(await source.list(signal)));
  const production = await readProduction(connect, listed, source, signal);
  return {
    certificate,
    migrations: isKnown(listed) ? known(onDisk(listed.value)) : listed,
    applied: production.applied,
    schema: isKnown(production.schema)
      ? known(await comparison(production.schema.value, certificate, { path: request.path, against }))
      : production.schema,
  };
}

async function certificateFacts({ path, isDefault, keyPath }: CertificateRequest): Promise<Reading<CertificateFacts>> {
  if (isDefault && !existsSync(path)) return unknown(`there is no certificate of a rehearsal: ${path} does not exist`);
  return known(await readCertificate(path, keyPath === undefined ? {} : { publicKeyPath: keyPath }));
}

const onDisk = ({ migrations }: MigrationSet) =>
  orderMigrations(migrations).ordered.map(({ id, checksum, reversible }) => ({
    id,
    reversible,
    ...(checksum !== undefined && { checksum }),
  }));

type Snapshot = Awaited<ReturnType<typeof readProductionSchema>>;

/** Which tables are the tool's books only the tool can say: without it neither they nor the schema can be read. */
async function readProduction(
  connect: () => Promise<Database>,
  listed: Reading<MigrationSet>,
  source: MigrationSource,
  signal: AbortSignal,
): Promise<{ readonly applied: RehearsalFacts['applied']; readonly schema: Reading<Snapshot> }> {
  if (!isKnown(listed)) return { applied: listed, schema: listed };
  const { bookkeeping } = listed.value;
  const opened = await readingOf(signal, async () => known(await connect()));
  if (!isKnown(opened)) return { applied: opened, schema: opened };
  await using database = opened.value;
  return {
    applied: await readingOf(signal, () => readProductionBooks(database, bookkeeping, source)),
    schema: await readingOf(signal, async () => known(await readProductionSchema(database, bookkeeping))),
  };
}

interface RehearsedState {
  /** Of the certificate; the recording may lie beside it. */
  readonly path: string;
  readonly against: 'before' | 'after';
}

async function comparison(
  production: Snapshot,
  certificate: Reading<CertificateFacts>,
  rehearsed: RehearsedState,
): Promise<SchemaComparison> {
  const predicate = isKnown(certificate) ? certificate.value.predicate : undefined;
  return {
    sha256: digestOf(production, predicate?.schema?.leftOut ?? []).sha256,
    drift: predicate
      ? await drift(production, predicate, rehearsed)
      : unknown('there is no certificate to compare with'),
  };
}

async function drift(
  production: Snapshot,
  predicate: RehearsalPredicate,
  { path, against }: RehearsedState,
): Promise<Reading<readonly DriftedObject[]>> {
  const { schema } = predicate;
  if (!schema) return unknown('the rehearsal could not watch the schema, so that its certificate says nothing of it');
  const snapshot = await rehearsedSnapshot(path, predicate, against);
  const { [against]: digest, leftOut } = schema;
  return known(compareSchema({ digest, leftOut, ...(snapshot && { snapshot }) }, production));
}

/** Failures become the reason of an unknown; only an abort goes on. */
async function readingOf<Value>(signal: AbortSignal, ask: () => Promise<Reading<Value>>): Promise<Reading<Value>> {
  try {
    return await ask();
  } catch (error) {
    signal.throwIfAborted();
    return unknown(reasonOf(error));
  }
}

function reasonOf(thrown: unknown): string {
  const sqlState = sqlStateOf(thrown);
  if (sqlState === LOCK_NOT_AVAILABLE) return 'another session holds a lock that reading the catalogue waits for';
  if (sqlState === QUERY_CANCELED) return 'the database took too long to answer';
  return redact(toError(thrown).message).replace(/\.$/, '');
}
