import { connect, type Database } from '../../postgres/connect.ts';
import { quoteLiteral } from '../../postgres/identifiers.ts';
import { databaseTarget } from './database-target.ts';
import { scramVerifier } from './scram-verifier.ts';

export interface TakeOver {
  readonly address: { readonly host: string; readonly port: number };
  /** Known to whoever could see how the server was made. */
  readonly oldPassword: string;
  readonly newPassword: string;
}

/** The first session on a new server: gives the superuser this run's password and asks what the server is. */
export async function takeOver({ address, oldPassword, newPassword }: TakeOver): Promise<{ readonly version: string }> {
  const { connectionString } = databaseTarget({ ...address, password: oldPassword, database: 'postgres' });
  await using database = await connect(connectionString, { applicationName: 'pgrehearse upkeep' });
  await database.script(`alter role postgres password ${quoteLiteral(scramVerifier(newPassword))}`);
  return { version: await serverVersion(database) };
}

export async function serverVersion(database: Database): Promise<string> {
  const [row] = await database.query<{ version: string }>(
    `select pg_catalog.current_setting('server_version') as version`,
  );
  // `15.14 (Debian 15.14-0+deb12u1)`
  return row?.version.split(' ')[0] ?? '';
}
