import { KMS } from '@aws-sdk/client-kms';
import { RDS } from '@aws-sdk/client-rds';
import { STS } from '@aws-sdk/client-sts';

export interface Clients {
  readonly rds: RDS;
  readonly sts: STS;
  readonly kms: KMS;
}

export type Question = (clients: Clients) => Promise<unknown>;

/** The value, or the name of the error. */
export const outcome = (question: Question, clients: Clients): Promise<unknown> =>
  question(clients).catch((error: unknown) => (error instanceof Error ? error.name : String(error)));

export function clientsOf(endpoint: string): Clients {
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'a-secret-of-nobody' };
  const options = { endpoint, region: 'eu-west-1', maxAttempts: 1, credentials };
  return { rds: new RDS(options), sts: new STS(options), kms: new KMS(options) };
}
