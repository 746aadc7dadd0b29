import { toError } from '../../../support/errors.ts';
import type { KeyFacts, ResourceFacts, SnapshotFacts } from '../../facts/aws.ts';
import { isKnown, type Reading } from '../../reading.ts';
import type { Aws } from '../aws.ts';
import { ask } from './ask.ts';
import { UnreadableAnswer } from './explain-failure.ts';
import { isoTime, told } from './optional.ts';

/** How many of the newest snapshots are looked at more closely, one call each. */
const CANDIDATES = 5;

/** Finished ones, newest data first; one without a known time comes last. */
export const newestCandidates = (snapshots: Reading<readonly SnapshotFacts[]>): readonly SnapshotFacts[] =>
  isKnown(snapshots)
    ? snapshots.value
        .filter(({ status }) => status === 'available')
        .toSorted((one, other) => (other.dataTime ?? '').localeCompare(one.dataTime ?? ''))
    : [];

/** With whom the newest manual snapshots are shared; automated ones cannot be. */
export function readSharing(
  aws: Aws,
  { kind }: ResourceFacts,
  snapshots: readonly SnapshotFacts[],
  signal: AbortSignal,
): Promise<Reading<Readonly<Record<string, readonly string[]>>>> {
  const manual = snapshots.filter(({ type }) => type === 'manual').slice(0, CANDIDATES);
  const [action, attributes] =
    kind === 'instance'
      ? (['rds:DescribeDBSnapshotAttributes', instanceSharing(aws)] as const)
      : (['rds:DescribeDBClusterSnapshotAttributes', clusterSharing(aws)] as const);
  return ask(aws, action, signal, async (options) => {
    const shares = manual.map(async ({ id }) => [id, await attributes(id, options)] as const);
    return Object.fromEntries(await Promise.all(shares));
  });
}

type Options = Parameters<Parameters<typeof ask>[3]>[0];
type Attributes = readonly { AttributeName?: string | undefined; AttributeValues?: string[] | undefined }[] | undefined;

const instanceSharing = (aws: Aws) => async (id: string, options: Options) => {
  const answer = await aws.rds.describeDBSnapshotAttributes({ DBSnapshotIdentifier: id }, options);
  return restorers(answer.DBSnapshotAttributesResult?.DBSnapshotAttributes);
};

const clusterSharing = (aws: Aws) => async (id: string, options: Options) => {
  const answer = await aws.rds.describeDBClusterSnapshotAttributes({ DBClusterSnapshotIdentifier: id }, options);
  return restorers(answer.DBClusterSnapshotAttributesResult?.DBClusterSnapshotAttributes);
};

function restorers(attributes: Attributes): readonly string[] {
  if (attributes === undefined) throw new UnreadableAnswer('it holds no attributes');
  return attributes
    .filter(({ AttributeName }) => AttributeName === 'restore')
    .flatMap(({ AttributeValues }) => AttributeValues ?? []);
}

/** States of the keys that the database and its newest snapshots are encrypted with. */
export async function readKeys(
  aws: Aws,
  resource: ResourceFacts,
  snapshots: readonly SnapshotFacts[],
  signal: AbortSignal,
): Promise<Reading<readonly KeyFacts[]> | undefined> {
  const users = usersOfKeys(resource, snapshots.slice(0, CANDIDATES));
  if (users.size === 0) return undefined;
  return ask(aws, 'kms:DescribeKey', signal, async (options) => {
    const kms = await aws.kms();
    const states = [...users].map(async ([keyId, usedBy]): Promise<KeyFacts> => {
      const metadata = await kms.describeKey({ KeyId: keyId }, options).then(
        ({ KeyMetadata }) => KeyMetadata,
        (error: unknown) => {
          if (toError(error).name !== 'NotFoundException') throw error;
          return GONE;
        },
      );
      if (metadata?.KeyState === undefined) throw new UnreadableAnswer('it gives no state of the key');
      return {
        keyId,
        state: metadata.KeyState,
        usedBy,
        ...told({ deletionAt: isoTime(metadata.DeletionDate) }),
      };
    });
    return Promise.all(states);
  });
}

/** What it was encrypted with is gone for good, which is an answer. */
const GONE: { readonly KeyState: string; readonly DeletionDate?: Date } = { KeyState: 'NotFound' };

function usersOfKeys(
  resource: ResourceFacts,
  snapshots: readonly SnapshotFacts[],
): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, readonly string[]>();
  const all = [{ kmsKeyId: resource.kmsKeyId, id: resource.identifier }, ...snapshots];
  for (const { kmsKeyId: keyId, id } of all) {
    if (keyId !== undefined && keyId !== '') users.set(keyId, [...(users.get(keyId) ?? []), id]);
  }
  return users;
}
