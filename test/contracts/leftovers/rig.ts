/** Where whole rehearsals with a provider are looked at from outside. */
export interface LeftoversRig {
  readonly provider: string;
  /** Keys of `server` in a project's config. Asked for late: a server may have to be started first. */
  server(): Readonly<Record<string, unknown>>;
  /** For the process of a run. */
  env(): NodeJS.ProcessEnv;
  /** What a run can leave elsewhere than in its folders and among its processes: databases, roles, containers, volumes. */
  inventory(): Promise<readonly string[]>;
  /** On top of `server()`: one that cannot start. */
  broken(): Readonly<Record<string, unknown>>;
  /** Nothing of one run can be seen in the inventory of another, so that several tests can go on at once. */
  readonly isolated: boolean;
  /** The server ends with the run even when that has no time for more than exit hooks. */
  readonly goneAtExit: boolean;
  /** What SQL of a migration can kill without harm to others. */
  readonly kills: 'nothing' | 'sessions' | 'server';
  /** Each start takes seconds: what depends on the provider is tried, and the rest left to the others. */
  readonly slow?: boolean;
}
