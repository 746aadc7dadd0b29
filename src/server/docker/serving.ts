import { databaseTarget } from '../own/database-target.ts';
import type { EphemeralServer } from '../provider.ts';
import { majorOf } from './assert-major.ts';
import { clientProgramsIn } from './client-programs.ts';
import type { Container, Engine } from './engine.ts';
import { roomIn } from './room-in.ts';
import type { Address } from './wait-until-ready.ts';

/** What is to be known of a server besides its container. */
export interface Identity {
  readonly runId: string;
  readonly password: string;
  readonly version: string;
  readonly settings: Readonly<Record<string, string>>;
  /** In the container. */
  readonly dataFolder: string;
}

type Serving = Omit<EphemeralServer, 'keep' | typeof Symbol.asyncDispose>;

/** A server that answers in its container, whether this run started it or took it up. */
export function serving(engine: Engine, container: Container, address: Address, identity: Identity): Serving {
  const { version, settings, password, dataFolder } = identity;
  const place = { docker: engine.docker, container };
  const clientPrograms = clientProgramsIn(engine.docker, container);
  return {
    version,
    major: majorOf(version),
    settings,
    ...(engine.address === undefined && { limits: [openToOthers(address.port)] }),
    room: () => roomIn(place, dataFolder),
    target: (database) => ({ ...databaseTarget({ ...address, password, database }), clientPrograms }),
  };
}

const openToOthers = (port: number): string =>
  `the engine is on another machine, so the server listens on all addresses of it, on port ${port}, with a random password and without TLS`;
