import type { DescribeKeyRequest } from '@aws-sdk/client-kms';

import type { Operations } from './progress.ts';
import { AwsError } from './wire/aws-error.ts';

export const kms = {
  DescribeKey({ resources, region, settings }, { KeyId: id }: DescribeKeyRequest) {
    const key = resources.keys.find(({ KeyId, Arn }) => id === KeyId || id === Arn);
    if (key !== undefined) return { KeyMetadata: key };
    const arn = id?.startsWith('arn:') === true ? id : `arn:aws:kms:${region}:${settings.account}:key/${id}`;
    throw new AwsError('NotFoundException', 400, `Key '${arn}' does not exist`);
  },
} satisfies Operations;
