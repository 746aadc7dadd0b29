/**
 * A process of its own that holds a server of the provider named in argv, for tests that end it. Prints the version once the
 * server runs. The URL comes from the environment, as a user's does.
 */
import { SERVER_PROVIDERS } from '../../src/server/index.ts';
import { stayUntil } from '../helpers/stay-until.ts';

const provider = SERVER_PROVIDERS.find(({ kind }) => kind === process.argv[2]);
const url = process.env['REHEARSAL_SERVER_URL'];
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort());

async function hold(): Promise<void> {
  if (!provider) throw new Error('no such provider');
  const image = process.env['REHEARSAL_IMAGE'];
  const spec = {
    settings: {},
    projectFolder: process.cwd(),
    ...(image !== undefined && { docker: { image } }),
    ...(url !== undefined && { external: { url, production: [] } }),
  };
  await using server = await provider.start(spec, stopping.signal);
  process.stdout.write(`${server.version}\n`);
  await stayUntil(stopping.signal);
}

await hold();
