import type { Receipt, ReceiptResource } from '../facts/receipt.ts';

/**
 * The commands of the AWS CLI that bring the database back beside the present one, as of when the receipt was issued or,
 * without point-in-time recovery, as of its snapshot. `undefined`: not on AWS, or nothing to restore from.
 */
export function restoreCommand(receipt: Receipt): string | undefined {
  const { resource, snapshot, latestRestorableAt, issuedAt } = receipt;
  if (!resource) return undefined;
  const asked = { resource, ...(receipt.region !== undefined && { region: receipt.region }) };
  // Logs up to the pre-flight were still on their way then; by the time of a restore they have arrived.
  if (latestRestorableAt !== undefined) return toPointInTime(asked, toSeconds(issuedAt));
  return snapshot && fromSnapshot(asked, snapshot.id);
}

interface Asked {
  readonly resource: ReceiptResource;
  readonly region?: string;
}

function toPointInTime({ resource, region }: Asked, at: string): string {
  const { kind, resourceId } = resource;
  if (kind === 'instance') {
    return aws('restore-db-instance-to-point-in-time', region, [
      ['--source-dbi-resource-id', resourceId],
      ['--target-db-instance-identifier', restoredName(resource)],
      ['--restore-time', at],
    ]);
  }
  const cluster = aws('restore-db-cluster-to-point-in-time', region, [
    ['--source-db-cluster-resource-id', resourceId],
    ['--db-cluster-identifier', restoredName(resource)],
    ['--restore-to-time', at],
  ]);
  return withInstance(cluster, { resource, ...(region !== undefined && { region }) });
}

function fromSnapshot({ resource, region }: Asked, id: string): string {
  if (resource.kind === 'instance') {
    return aws('restore-db-instance-from-db-snapshot', region, [
      ['--db-snapshot-identifier', id],
      ['--db-instance-identifier', restoredName(resource)],
    ]);
  }
  const cluster = aws('restore-db-cluster-from-snapshot', region, [
    ['--snapshot-identifier', id],
    ['--db-cluster-identifier', restoredName(resource)],
    ['--engine', engineOf(resource)],
  ]);
  return withInstance(cluster, { resource, ...(region !== undefined && { region }) });
}

/** A restored Aurora cluster has no instance, and nobody can connect to it, until one is made. */
function withInstance(cluster: string, { resource, region }: Asked): string {
  if (resource.kind !== 'aurora-cluster') return cluster;
  const instance = aws('create-db-instance', region, [
    ['--db-cluster-identifier', restoredName(resource)],
    ['--db-instance-identifier', `${restoredName(resource)}-1`],
    ['--engine', engineOf(resource)],
    ['--db-instance-class', 'CLASS'],
  ]);
  return `${cluster}\n${instance}`;
}

function aws(action: string, region: string | undefined, parameters: readonly (readonly [string, string])[]): string {
  const all = region === undefined ? parameters : [['--region', region] as const, ...parameters];
  return ['aws', 'rds', action, ...all.map(([name, value]) => `${name} ${shellQuoted(value)}`)].join(' ');
}

/** Identifiers have at most 63 characters; an instance's name of ours adds two. */
const restoredName = ({ identifier }: ReceiptResource): string =>
  `${identifier.slice(0, 63 - '-restored-1'.length).replace(/-$/, '')}-restored`;

const engineOf = ({ kind, engine }: ReceiptResource): string =>
  engine ?? (kind === 'aurora-cluster' ? 'aurora-postgresql' : 'postgres');

/** The CLI takes no fraction; downwards, so that nothing of the migration is in it. */
const toSeconds = (time: string): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

const shellQuoted = (value: string): string =>
  /^[\w./:@-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
