import type { AddTagsToResourceMessage, ListTagsForResourceMessage, Tag } from '@aws-sdk/client-rds';

import type { Context, Operations } from '../progress.ts';
import { notFound, refused } from '../wire/aws-error.ts';

export const tags = {
  ListTagsForResource(context, { ResourceName: arn = '' }: ListTagsForResourceMessage) {
    return { TagList: tagged(context, arn).TagList ?? [] };
  },

  AddTagsToResource(context, { ResourceName: arn = '', Tags: added = [] }: AddTagsToResourceMessage) {
    const resource = tagged(context, arn);
    const kept = (resource.TagList ?? []).filter(({ Key }) => added.every((tag) => tag.Key !== Key));
    resource.TagList = [...kept, ...added];
    return {};
  },
} satisfies Operations;

/** Tags given, else those of the source: a restore copies them. */
export const tagsOrThoseOf = (given: Tag[] | undefined, source: { readonly TagList?: Tag[] | undefined }): Tag[] =>
  given === undefined || given.length === 0 ? [...(source.TagList ?? [])] : given;

function tagged({ resources }: Context, arn: string): { TagList?: Tag[] | undefined } {
  const kind = arn.split(':')[5] ?? '';
  const candidates: Readonly<Record<string, readonly [string | undefined, { TagList?: Tag[] | undefined }][]>> = {
    db: resources.instances.map((it) => [it.DBInstanceArn, it]),
    cluster: resources.clusters.map((it) => [it.DBClusterArn, it]),
    snapshot: resources.snapshots.map((it) => [it.DBSnapshotArn, it]),
    'cluster-snapshot': resources.clusterSnapshots.map((it) => [it.DBClusterSnapshotArn, it]),
  };
  const known = candidates[kind];
  if (known === undefined) throw refused('InvalidParameterValue', `Invalid resource name: ${arn}`);
  const found = known.find(([candidate]) => candidate === arn);
  if (found === undefined) throw notFound(NOT_FOUND[kind] ?? 'ResourceNotFoundFault', arn);
  return found[1];
}

const NOT_FOUND: Readonly<Record<string, string>> = {
  db: 'DBInstanceNotFound',
  cluster: 'DBClusterNotFoundFault',
  snapshot: 'DBSnapshotNotFound',
  'cluster-snapshot': 'DBClusterSnapshotNotFoundFault',
};
