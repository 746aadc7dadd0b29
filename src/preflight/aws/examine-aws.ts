import { answerWithin } from '../../support/answer-within.ts';
import { type Prerequisite, prerequisiteFrom } from '../../support/prerequisite.ts';
import { isKnown } from '../reading.ts';
import type { AwsSettings } from './aws.ts';
import { openAws, patienceOf } from './clients.ts';
import { readIdentity } from './reading/account.ts';

/** Whether the SDK is installed and AWS says who we are. Asks one question, `sts:GetCallerIdentity`, which needs no right. */
export async function examineAws(
  settings: AwsSettings,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<readonly Prerequisite[]> {
  const name = 'AWS credentials';
  try {
    return await answerWithin(2 * PATIENCE_MS, signal, async (limited) => {
      using aws = await openAws(settings, env, patienceOf(PATIENCE_MS));
      const packages: Prerequisite = { name: 'AWS SDK', state: 'found', detail: `installed; region ${aws.region}` };
      const identity = await readIdentity(aws, limited);
      if (isKnown(identity)) return [packages, { name, state: 'found', detail: identity.value.arn }];
      const state = /^no answer|timed out/.test(identity.unknown) ? 'unknown' : 'missing';
      return [packages, { name, state, detail: identity.unknown, mend: HOW_TO_LOG_IN }];
    });
  } catch (error) {
    signal.throwIfAborted();
    return [prerequisiteFrom('AWS', error)];
  }
}

const PATIENCE_MS = 5_000;
const HOW_TO_LOG_IN = 'aws sso login, or set AWS_PROFILE or AWS_ACCESS_KEY_ID; `aws sts get-caller-identity` must work';
