import type { EphemeralServer } from '../provider.ts';
import type { ServerBinaries } from './binaries/find-binaries.ts';
import type { ServerUser } from './server-user.ts';

type Settings = Readonly<Record<string, string>>;

export interface ClusterOptions {
  readonly binaries: ServerBinaries;
  /** Where it is laid out. */
  readonly dataFolder: string;
  readonly user: ServerUser | undefined;
  /** Ours for speed, the user's own, and those that our sessions rely on: the later one wins. */
  readonly settings: Readonly<Record<'throwAway' | 'own' | 'reserved', Settings>>;
}

/** Where a server of ours can be reached. */
export const LOOPBACK = '127.0.0.1';

/** A data directory that a server can be started in. */
export interface Cluster {
  /** For the recording. */
  readonly settings: Settings;
  /** The first session, once the server runs. */
  open(port: number): Promise<Pick<EphemeralServer, 'version' | 'contents' | 'target'>>;
}
