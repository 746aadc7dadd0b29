import { connect } from '../../postgres/connect.ts';
import { PgrehearseError } from '../../support/errors.ts';
import { databaseTarget } from '../own/database-target.ts';
import type { Address } from './wait-until-ready.ts';

/** An image may come with a pg_hba.conf that lets everyone in; others on the engine's network could then read the backup. */
export async function refuseTheTrusting(address: Address): Promise<void> {
  const { connectionString } = databaseTarget({ ...address, password: 'wrong', database: 'postgres' });
  const session = await connect(connectionString, { applicationName: 'pgrehearse upkeep' }).catch(() => undefined);
  if (session === undefined) return;
  await session[Symbol.asyncDispose]();
  throw new PgrehearseError('SERVER_UNAVAILABLE', 'The server of this image lets everyone in without a password.', {
    hint: 'Its pg_hba.conf trusts connections over the network; a copy of production is not put there.',
  });
}
