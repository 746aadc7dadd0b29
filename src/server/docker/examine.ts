import { prerequisiteFrom } from '../../support/prerequisite.ts';
import type { Prerequisite, ServerSpec } from '../provider.ts';
import { untilAborted } from '../../support/until-aborted.ts';
import { type Engine, INSTALL_LINE, isInstalled, openEngine } from './engine.ts';
import { inspectImage } from './image.ts';
import { imageFor } from './image-for.ts';

/** Package, engine, image; without the one before it, nothing is known of the next. Nothing is pulled. */
export async function examineDocker(spec: ServerSpec, signal: AbortSignal): Promise<readonly Prerequisite[]> {
  if (!(await isInstalled())) return [{ ...PACKAGE, state: 'missing', detail: 'not installed', mend: INSTALL_LINE }];
  const found: Prerequisite = { ...PACKAGE, state: 'found', detail: 'installed' };
  try {
    const engine = await untilAborted(openEngine(), signal);
    const answering = await examineEngine(engine);
    const image = await examineImage(engine, spec).catch((error: unknown) => prerequisiteFrom('Image', error));
    return [found, answering, image];
  } catch (error) {
    signal.throwIfAborted();
    return [found, prerequisiteFrom(ENGINE, error)];
  }
}

async function examineEngine({ docker, version, address, host }: Engine): Promise<Prerequisite> {
  const { ApiVersion } = await docker.version();
  const place = address === undefined ? `on ${host}` : 'on this machine';
  return { name: ENGINE, state: 'found', detail: `${version}, API ${ApiVersion}, ${place}` };
}

async function examineImage(engine: Engine, spec: ServerSpec): Promise<Prerequisite> {
  const name = engine.nameOf(imageFor(spec));
  const image = await inspectImage(engine, name);
  if (image !== undefined) {
    const major = image.major === undefined ? '' : `, PostgreSQL ${image.major}`;
    return { name: 'Image', state: 'found', detail: `${name} is there${major}` };
  }
  const mend = `docker pull ${name}`;
  return spec.docker?.pull === 'never'
    ? { name: 'Image', state: 'missing', detail: `${name} is not there, and server.docker.pull is never`, mend }
    : { name: 'Image', state: 'unknown', detail: `${name} is not there and would be pulled`, mend };
}

const PACKAGE = { name: 'Package testcontainers' };
const ENGINE = 'Docker Engine';
