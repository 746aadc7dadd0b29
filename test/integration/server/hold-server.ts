/**
 * A process of its own that holds a server, for tests that end it. Prints the server's data directory and port once it
 * runs. `tidy` disposes on SIGINT and SIGTERM as the command line does, `exit` calls process.exit, `bare` does nothing.
 */
import { connect } from '../../../src/postgres/connect.ts';
import { localServer } from '../../../src/server/index.ts';
import { stayUntil } from '../../helpers/stay-until.ts';

const [manner, projectFolder = process.cwd()] = process.argv.slice(2);
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  if (manner === 'tidy') process.once(name, () => stopping.abort());
  if (manner === 'exit') process.once(name, () => process.exit(7));
}

async function hold(): Promise<void> {
  await using server = await localServer.start({ settings: {}, projectFolder }, stopping.signal);
  const { connectionString, port } = server.target('postgres');
  const database = await connect(connectionString, { applicationName: 'hold-server' });
  const [row] = await database.query<{ folder: string }>(
    `select pg_catalog.current_setting('data_directory') as folder`,
  );
  await database[Symbol.asyncDispose]();
  process.stdout.write(`${JSON.stringify({ folder: row?.folder, port })}\n`);
  await stayUntil(stopping.signal);
}

await hold();
