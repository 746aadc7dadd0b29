/** Keys of AWS as they stand in the environment. Secret. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Handed to a client they also hold over `AWS_PROFILE`, as in the AWS CLI; the SDK by itself would drop them there. */
export function awsKeysIn(env: Readonly<Record<string, string | undefined>>): AwsKeys | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: token } = env;
  if (accessKeyId === undefined || secretAccessKey === undefined || accessKeyId === '') return undefined;
  return { accessKeyId, secretAccessKey, ...(token !== undefined && token !== '' && { sessionToken: token }) };
}
