import { randomBytes } from 'node:crypto';

import { PgrehearseError } from '../../support/errors.ts';
import { INITDB_OPTIONS, initdbOptions } from '../own/initdb-options.ts';
import { lowerCased, logSettings, throwAwaySettings } from '../own/server-settings.ts';
import type { ServerSpec } from '../provider.ts';
import { dataInMemoryBytes, logSizeOn } from './data-in-memory.ts';
import type { Engine } from './engine.ts';
import type { ServerImage } from './image.ts';
import { nameOf, ownLabels } from './labels.ts';

/** A container before it exists. */
export interface ContainerPlan {
  readonly name: string;
  readonly runId: string;
  /** Or another folder on the same disk. */
  readonly dataFolder: string;
  /** Of the superuser until it is taken over; whoever may inspect containers can read it. */
  readonly password: string;
  /** That differ from a default server, for the recording. */
  readonly settings: Readonly<Record<string, string>>;
  readonly options: Parameters<Engine['docker']['createContainer']>[0];
}

/** @throws {PgrehearseError} `CONFIG_INVALID` for a wish that the image cannot grant */
export function planContainer(spec: ServerSpec, engine: Engine, image: ServerImage): ContainerPlan {
  const { memoryGib, cpus } = spec.docker ?? {};
  const runId = randomBytes(6).toString('hex');
  const labels = { ...engine.labels, ...ownLabels(runId) };
  const memoryBytes = Math.min(engine.memoryBytes, (memoryGib ?? Infinity) * GIB);
  const data = placeOfData(image);
  const inMemoryBytes =
    data === undefined ? undefined : dataInMemoryBytes(spec, { memoryBytes, startsAsRoot: image.startsAsRoot });
  if (data === undefined) refuseMemory(spec, image);
  const settings = {
    ...throwAwaySettings({ memoryBytes, sharedMemoryBytes: undefined }),
    ...(inMemoryBytes !== undefined && { max_wal_size: logSizeOn(inMemoryBytes) }),
    ...lowerCased(spec.settings),
  };
  const password = randomBytes(24).toString('base64url');
  return {
    name: nameOf(runId),
    runId,
    dataFolder: image.dataFolder ?? BROUGHT,
    password,
    settings,
    options: {
      name: nameOf(runId),
      Image: image.name,
      Cmd: [...ownCommand(image), ...flags({ ...settings, ...RESERVED })],
      Env: Object.entries(environment(image, password)).map(([key, value]) => `${key}=${value}`),
      Labels: labels,
      ExposedPorts: { [SERVER_PORT]: {} },
      Healthcheck: { Test: ['NONE'] },
      HostConfig: {
        PortBindings: { [SERVER_PORT]: [{ HostIp: engine.address ?? '', HostPort: '' }] },
        Mounts: mounts({ image, labels, data, inMemoryBytes }),
        // 64 MB otherwise, with which a parallel query fails.
        ShmSize: Math.floor(Math.max(GIB, memoryBytes / 4)),
        ...(memoryGib !== undefined && { Memory: Math.ceil(memoryGib * GIB) }),
        ...(cpus !== undefined && { NanoCpus: Math.ceil(cpus * 1e9) }),
      },
    },
  };
}

/** What the image starts, with settings of its own where it has them (`postgres -c shared_preload_libraries=…`). */
function ownCommand({ command, name }: ServerImage): readonly string[] {
  if (command.length === 0) return ['postgres'];
  if (command.some((word) => /(?:^|\/)postgres$/.test(word)) || command[0]?.startsWith('-') === true) return command;
  throw new PgrehearseError(
    'SERVER_UNAVAILABLE',
    `${name} is no image of a Postgres: it runs \`${command.join(' ')}\`.`,
    {
      hint: 'Name an image in `server.image` that is made from the official one, or that starts `postgres` itself.',
    },
  );
}

const flags = (settings: Readonly<Record<string, string>>): string[] =>
  Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

const environment = (image: ServerImage, password: string): Record<string, string> => ({
  POSTGRES_USER: 'postgres',
  POSTGRES_DB: 'postgres',
  POSTGRES_PASSWORD: password,
  // An image may trust everyone.
  POSTGRES_HOST_AUTH_METHOD: 'scram-sha-256',
  POSTGRES_INITDB_ARGS: [
    ...initdbOptions(image.major ?? 0),
    `--lc-ctype=${INITDB_OPTIONS.ctypes[0]}`,
    image.environment.get('POSTGRES_INITDB_ARGS') ?? '',
  ]
    .join(' ')
    .trim(),
});

type Mount = NonNullable<NonNullable<ContainerPlan['options']['HostConfig']>['Mounts']>[number];

interface Places {
  readonly image: ServerImage;
  readonly labels: Record<string, string>;
  readonly data: string | undefined;
  /** Absent: the data is in a volume like any other. */
  readonly inMemoryBytes: number | undefined;
}

/** Volumes of the image and one for what is brought: without names, so that they go with the container, but with our labels. */
function mounts({ image, labels, data, inMemoryBytes }: Places): Mount[] {
  const volumes = new Set([...image.volumes, ...(data === undefined ? [] : [data]), BROUGHT]);
  return [...volumes].map((target) =>
    target === data && inMemoryBytes !== undefined
      ? { Type: 'tmpfs', Target: target, Source: '', TmpfsOptions: { SizeBytes: inMemoryBytes, Mode: 0o755 } }
      : {
          Type: 'volume',
          Target: target,
          Source: '',
          VolumeOptions: { NoCopy: false, Labels: labels, DriverConfig: LOCAL },
        },
  );
}

function refuseMemory({ docker }: ServerSpec, { name }: ServerImage): void {
  if (docker?.tmpfsGib === undefined || docker.tmpfsGib === 0) return;
  throw new PgrehearseError('CONFIG_INVALID', `server.docker.tmpfsGib: ${name} does not say where its data is.`, {
    hint: 'The image has no PGDATA in its environment; leave tmpfsGib out.',
  });
}

/** The volume around the data directory, which official images have moved, or that directory. */
function placeOfData({ volumes, dataFolder }: ServerImage): string | undefined {
  if (dataFolder === undefined) return undefined;
  return volumes.find((volume) => dataFolder === volume || dataFolder.startsWith(`${volume}/`)) ?? dataFolder;
}

export const SERVER_PORT = '5432/tcp';

/** Where files for client programs are put. A volume: the layer of a container may be small and slow. */
export const BROUGHT = '/pgrehearse';

const LOG_FOLDER = 'pgrehearse_log';

const RESERVED = {
  listen_addresses: '*',
  password_encryption: 'scram-sha-256',
  port: '5432',
  ...logSettings(LOG_FOLDER),
} as const;

const LOCAL = { Name: 'local', Options: {} };

const GIB = 1024 ** 3;
