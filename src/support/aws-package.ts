import { codeOf, PgrehearseError, toError } from './errors.ts';

/** Packages of the SDK that pgrehearse uses; peers, so that nobody without AWS installs them. */
export type AwsPackage =
  | '@aws-sdk/client-cloudwatch'
  | '@aws-sdk/client-kms'
  | '@aws-sdk/client-rds'
  | '@aws-sdk/client-s3'
  | '@aws-sdk/client-sns'
  | '@aws-sdk/client-sts'
  | '@aws-sdk/credential-providers'
  | '@aws-sdk/rds-signer';

/** Loads a package when it is needed. AWS_PACKAGE_MISSING says the line that installs it. */
export async function loadPackage<Module>(name: AwsPackage, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (thrown) {
    const cause = toError(thrown);
    if (!isMissing(cause, name)) throw cause;
    throw new PgrehearseError('AWS_PACKAGE_MISSING', `The package ${name} is not installed.`, {
      hint: `npm install --save-dev ${name}`,
      cause,
    });
  }
}

/** The package itself, not something that it imports in its turn. */
const isMissing = (error: Error, name: string): boolean =>
  codeOf(error) === 'ERR_MODULE_NOT_FOUND' && error.message.includes(`'${name}'`);
