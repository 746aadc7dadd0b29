import type { DescribeKeyRequest } from '@aws-sdk/client-kms';

import type { Operations } from './progress.ts';
import { AwsError } from './wire/aws-error.ts';

export const kms = {
  DescribeKey({ resources }, { KeyId: id }: DescribeKeyRequest) {
    const key = resources.keys.find(({ KeyId, Arn }) => id === KeyId || id === Arn);
    if (key === undefined) throw new AwsError('NotFoundException', 400, `Key '${id}' does not exist`);
    return { KeyMetadata: key };
  },
} satisfies Operations;
