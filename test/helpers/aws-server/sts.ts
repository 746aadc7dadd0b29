import type { AssumeRoleRequest } from '@aws-sdk/client-sts';

import type { Operations } from './progress.ts';
import { AwsError } from './wire/aws-error.ts';

export const sts = {
  GetCallerIdentity({ settings, callerArn }) {
    return { Arn: callerArn, UserId: 'AROA3XFRBF23EXAMPLE12:session', Account: settings.account };
  },

  AssumeRole({ settings, callerArn }, input: AssumeRoleRequest) {
    const { RoleArn: roleArn = '', RoleSessionName: session = '', DurationSeconds: seconds = 3600 } = input;
    const role = settings.roles.find(({ arn }) => arn === roleArn);
    if (role === undefined || (role.externalId !== undefined && role.externalId !== input.ExternalId)) {
      const what = `sts:AssumeRole on resource: ${roleArn}`;
      throw new AwsError('AccessDenied', 403, `User: ${callerArn} is not authorized to perform: ${what}`);
    }
    const Arn = `${roleArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${session}`;
    return {
      AssumedRoleUser: { AssumedRoleId: `AROA3XFRBF23EXAMPLE34:${session}`, Arn },
      Credentials: {
        AccessKeyId: keyOf(Arn),
        SecretAccessKey: 'secret-of-an-assumed-role',
        SessionToken: 'token-of-an-assumed-role',
        Expiration: new Date(settings.now().getTime() + seconds * 1000),
      },
    };
  },
} satisfies Operations;

/** Who calls: the ARN of an assumed role is inside its key. */
export const callerOf = (accessKeyId: string, otherwise: string): string =>
  accessKeyId.startsWith('ASIA') ? Buffer.from(accessKeyId.slice(4), 'hex').toString() : otherwise;

const keyOf = (arn: string): string => `ASIA${Buffer.from(arn).toString('hex')}`;
