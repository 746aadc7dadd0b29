import type { RDSClientConfig } from '@aws-sdk/client-rds';

import { awsKeysIn } from '../../support/aws-keys.ts';
import { loadPackage } from '../../support/aws-package.ts';
import type { AwsSettings } from './aws.ts';
import type { Wire } from './wire.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Credentials = NonNullable<RDSClientConfig['credentials']>;

/**
 * Who we are. A profile that is asked for by name wins; else keys in the environment, also over `AWS_PROFILE`, as in the AWS
 * CLI (this SDK by itself would drop them there); else the SDK's own chain, which is what `undefined` stands for. Then the
 * role, if one is to be assumed.
 */
export async function chooseCredentials(
  settings: AwsSettings,
  env: Environment,
  sts: { readonly region: string; readonly endpoint?: string; readonly requestHandler: object },
  wire: Wire,
): Promise<Credentials | undefined> {
  const own = settings.profile === undefined ? awsKeysIn(env) : undefined;
  if (settings.roleArn === undefined) return own;
  const { fromTemporaryCredentials } = await loadPackage(
    '@aws-sdk/credential-providers',
    () => import('@aws-sdk/credential-providers'),
  );
  return fromTemporaryCredentials({
    params: {
      RoleArn: settings.roleArn,
      RoleSessionName: `pgrehearse-${Date.now()}`,
      ...(settings.externalId !== undefined && { ExternalId: settings.externalId }),
    },
    ...(own && { masterCredentials: own }),
    clientConfig: { ...sts, ...(settings.profile !== undefined && { profile: settings.profile }) },
    clientPlugins: [wire.plugin],
  });
}
