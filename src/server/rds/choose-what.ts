import type { Aws } from '../../preflight/aws/aws.ts';
import type { RestoreSource } from '../../preflight/aws/drill/restore-plan.ts';
import { readKeys } from '../../preflight/aws/reading/candidates.ts';
import { readSnapshots } from '../../preflight/aws/reading/snapshots.ts';
import { newestUsable } from '../../preflight/checks/choose-snapshot.ts';
import type { ResourceFacts, SnapshotFacts } from '../../preflight/facts/aws.ts';
import { isKnown } from '../../preflight/reading.ts';
import { didYouMean } from '../../support/did-you-mean.ts';
import { PgrehearseError } from '../../support/errors.ts';
import type { ServerContents } from '../provider.ts';
import { orAwsUnavailable } from './explain.ts';

/** What is restored, decided once for a run: a second restore must give the same state. */
export interface Chosen {
  readonly what: RestoreSource;
  readonly origin: NonNullable<ServerContents['origin']>;
  /** For people: `snapshot rds:shop-2026-11-25-03-10`. */
  readonly text: string;
  /** What may go wrong later and could not be found out. */
  readonly doubt?: string;
}

/** @throws {PgrehearseError} `CONFIG_INVALID`, `BACKUP_NOT_FOUND`, `BACKUP_UNREADABLE`, `AWS_UNAVAILABLE` */
export async function chooseWhat(
  aws: Aws,
  resource: ResourceFacts,
  from: string,
  signal: AbortSignal,
): Promise<Chosen> {
  if (from === 'clone') return cloneOf(aws, resource);
  if (from === 'latest-time') return latestTimeOf(resource);
  const snapshots = orAwsUnavailable(await readSnapshots(aws, resource, signal));
  const snapshot =
    from === 'latest-snapshot' ? newestOf(snapshots, resource) : snapshotNamed(from, snapshots, resource);
  const { id, dataTime, sizeBytes } = snapshot;
  const doubt = await doubtOfKey(aws, resource, snapshot, signal);
  return {
    what: { snapshot },
    origin: {
      format: 'snapshot',
      file: id,
      ...(dataTime !== undefined && { createdAt: dataTime }),
      ...(sizeBytes !== undefined && { bytes: sizeBytes }),
      ...majorOf(snapshot.engineVersion ?? resource.engineVersion),
    },
    text: `snapshot ${id}`,
    ...(doubt !== undefined && { doubt }),
  };
}

function cloneOf(aws: Aws, { kind, identifier, engineVersion }: ResourceFacts): Chosen {
  if (kind !== 'aurora-cluster') {
    throw new PgrehearseError('CONFIG_INVALID', `${identifier} is no Aurora cluster, and nothing else can be cloned.`, {
      hint: 'Set `server.rds.from` to latest-snapshot or latest-time.',
    });
  }
  return {
    what: { clone: true },
    origin: { format: 'clone', file: identifier, createdAt: aws.now().toISOString(), ...majorOf(engineVersion) },
    text: `a clone of ${identifier}`,
  };
}

/** The moment itself and not `latest`: a second restore would find a later one. */
function latestTimeOf({ identifier, latestRestorableAt, engineVersion }: ResourceFacts): Chosen {
  if (latestRestorableAt === undefined) {
    throw new PgrehearseError('BACKUP_NOT_FOUND', `AWS gives no latest restorable time of ${identifier}.`, {
      hint: 'Are its automated backups on? Otherwise set `server.rds.from: latest-snapshot`.',
    });
  }
  return {
    what: { pointInTime: latestRestorableAt },
    origin: { format: 'point-in-time', file: identifier, createdAt: latestRestorableAt, ...majorOf(engineVersion) },
    text: `${identifier} as of ${latestRestorableAt}`,
  };
}

function newestOf(snapshots: readonly SnapshotFacts[], resource: ResourceFacts): SnapshotFacts {
  const { usable, others } = newestUsable(snapshots, resource);
  if (usable !== undefined) return usable;
  const why =
    others.length === 0
      ? ''
      : `: ${others
          .map(({ why: reason }) => reason)
          .slice(0, SHOWN)
          .join('; ')}`;
  throw new PgrehearseError('BACKUP_NOT_FOUND', `There is no usable snapshot of ${resource.identifier}${why}.`, {
    hint: 'Make one, or set `server.rds.from: latest-time`.',
  });
}

function snapshotNamed(name: string, snapshots: readonly SnapshotFacts[], resource: ResourceFacts): SnapshotFacts {
  const named = snapshots.find(({ id, arn }) => [id, arn].includes(name));
  if (named === undefined) {
    const near = didYouMean(
      name,
      snapshots.map(({ id }) => id),
    );
    throw new PgrehearseError('BACKUP_NOT_FOUND', `There is no snapshot ${name} of ${resource.identifier}.`, {
      hint: near === undefined ? 'Check `server.rds.from`.' : `Did you mean ${near}?`,
    });
  }
  if (named.status === 'available') return named;
  throw new PgrehearseError('BACKUP_UNREADABLE', `The snapshot ${name} is ${named.status}.`, {
    hint: 'Wait until it is available, or name another in `server.rds.from`.',
  });
}

/** A snapshot whose key is gone can be seen, and never be read again. */
async function doubtOfKey(
  aws: Aws,
  resource: ResourceFacts,
  snapshot: SnapshotFacts,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { kmsKeyId, id } = snapshot;
  if (kmsKeyId === undefined) return undefined;
  const keys = await readKeys(aws, resource, [snapshot], signal);
  if (keys === undefined) return undefined;
  if (!isKnown(keys)) return `whether its key can be used is not known (${keys.unknown})`;
  const state = keys.value.find(({ keyId }) => keyId === kmsKeyId)?.state;
  if (state === undefined || state === 'Enabled') return undefined;
  throw new PgrehearseError('BACKUP_UNREADABLE', `The key of snapshot ${id} is ${state}: ${kmsKeyId}.`, {
    hint: 'Enable the key, or name another snapshot in `server.rds.from`.',
  });
}

function majorOf(engineVersion: string): { readonly serverMajor?: number } {
  const serverMajor = Number.parseInt(engineVersion, 10);
  return Number.isNaN(serverMajor) ? {} : { serverMajor };
}

const SHOWN = 3;
