import { buffer } from 'node:stream/consumers';

import { isGone } from '../../support/is-gone.ts';
import { parseIdentity, placeOf } from '../../support/process-identity.ts';
import type { EphemeralServer, KeptServer } from '../provider.ts';
import { BROUGHT } from './container-plan.ts';
import { orGone } from './docker-error.ts';
import type { Container, Engine } from './engine.ts';
import { keptNameOf, LABEL } from './labels.ts';
import { removeContainer } from './owned-container.ts';
import { publishedAddress } from './published-address.ts';
import { type Identity, serving } from './serving.ts';
import { firstTextOf, tarOfText } from './tar.ts';

/** From the new name on no sweep takes it, as long as the file `record` is there. */
export async function keepContainer(
  container: Container,
  { runId, password, version, settings, dataFolder }: Identity,
  record: string,
): Promise<KeptServer> {
  await container.putArchive(tarOfText(RECORD, record), { path: BROUGHT });
  await container.rename({ name: keptNameOf(runId) });
  return {
    id: keptNameOf(runId),
    details: { runId, password, version, settings: JSON.stringify(settings), dataFolder },
  };
}

/** One that is there but does not run is removed: without fsync nobody knows what a stop left of its data. */
export async function attachContainer(
  engine: Engine,
  { id, details }: KeptServer,
  wantedImage: string,
): Promise<EphemeralServer | undefined> {
  const container = engine.docker.getContainer(id);
  const found = await orGone(container.inspect());
  if (found === undefined) return undefined;
  if (!found.State.Running) {
    await removeContainer(container);
    return undefined;
  }
  const address = await publishedAddress(container, engine.host);
  const wanted = await orGone(engine.docker.getImage(wantedImage).inspect());
  let isOurs = true;
  return {
    ...serving(engine, container, address, identityIn(details)),
    ...(wanted?.Id !== found.Image && { outdated: `${wantedImage} is another image by now` }),
    keep: async () => {
      isOurs = false;
      return { id, details };
    },
    [Symbol.asyncDispose]: async () => {
      if (isOurs) await removeContainer(container);
    },
  };
}

function identityIn(details: KeptServer['details']): Identity {
  const text = (name: keyof Identity): string => String(details[name]);
  const settings: Record<string, string> = JSON.parse(text('settings'));
  return {
    runId: text('runId'),
    password: text('password'),
    version: text('version'),
    settings,
    dataFolder: text('dataFolder'),
  };
}

/**
 * Only on the machine that kept it, since elsewhere nobody can tell whether the record is there. One that runs though this
 * machine was restarted may be of another with the same name.
 */
export async function removeUnlessRecorded(
  container: Container,
  { labels, isRunning }: { readonly labels: Readonly<Record<string, string>>; readonly isRunning: boolean },
): Promise<void> {
  const owner = parseIdentity(labels[LABEL.owner] ?? '');
  if (owner === undefined || placeOf(owner) === 'elsewhere') return;
  if (placeOf(owner) === 'before a restart' && isRunning) return;
  const archive = await orGone(container.getArchive({ path: `${BROUGHT}/${RECORD}` }));
  if (archive === undefined) return;
  const record = firstTextOf(await buffer(archive));
  if (await isGone(record)) await removeContainer(container);
}

const RECORD = 'record';
