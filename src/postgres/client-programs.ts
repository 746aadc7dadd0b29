/** Programs of the PostgreSQL client that come with the server, where they are not on this machine: in its container. */
export interface ClientPrograms {
  /** The server as these programs see it. */
  readonly host: string;
  readonly port: number;
  /** As the program calls itself (`15.18`); undefined: there is none. */
  version(program: ClientProgram, signal: AbortSignal): Promise<string | undefined>;
  /** Makes a file or folder of this machine readable there, and gives its path there. Goes with the server. */
  bring(path: string, signal: AbortSignal): Promise<string>;
  /** Runs to the end; an abort ends the program. Resolves with the exit code; undefined: ended by a signal. */
  run(call: ClientCall, signal: AbortSignal): Promise<number | undefined>;
}

type ClientProgram = 'pg_restore' | 'pg_dump' | 'pg_verifybackup';

export interface ClientCall {
  readonly program: ClientProgram;
  /** Seen by every user of that machine: no secrets. */
  readonly args: readonly string[];
  /** Secrets only as the path of a file that was brought. */
  readonly environment: Readonly<Record<string, string>>;
  readonly onStdout?: (piece: Buffer) => void;
  readonly onStderr?: (text: string) => void;
}
