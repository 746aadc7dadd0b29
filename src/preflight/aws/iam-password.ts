import type { Aws } from './aws.ts';
import { loadPackage } from '../../support/aws-package.ts';

/**
 * A password for each connection, by IAM database authentication: a token of 15 minutes, computed here from the
 * credentials. The host must be the endpoint itself, not a CNAME of it or a tunnel to it.
 */
export const iamPassword =
  (aws: Aws, { host, port, user }: { readonly host: string; readonly port: number; readonly user: string }) =>
  async (): Promise<string> => {
    const { Signer } = await loadPackage('@aws-sdk/rds-signer', () => import('@aws-sdk/rds-signer'));
    const { region, credentials } = aws;
    return new Signer({ hostname: host, port, username: user, region, credentials }).getAuthToken();
  };
