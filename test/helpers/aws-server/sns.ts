import type { PublishInput } from '@aws-sdk/client-sns';

import type { Operations } from './progress.ts';
import { AwsError } from './wire/aws-error.ts';

export const sns = {
  Publish({ settings, region }, { TopicArn: topicArn = '', Subject: subject, Message: message = '' }: PublishInput) {
    if (topicArn.split(':')[3] !== region) throw new AwsError('InvalidParameter', 400, 'Invalid parameter: TopicArn');
    if (Buffer.byteLength(message) > 262_144)
      throw new AwsError('InvalidParameter', 400, 'Invalid parameter: Message too long');
    if (subject !== undefined && !/^[ -~]{1,99}$/.test(subject)) {
      throw new AwsError('InvalidParameter', 400, 'Invalid parameter: Subject');
    }
    settings.published.push({ topicArn, message, region, ...(subject !== undefined && { subject }) });
    return { MessageId: `00000000-0000-4000-8000-${String(settings.published.length).padStart(12, '0')}` };
  },
} satisfies Operations;
