import type { Recording } from '../recording/recording.ts';
import type { RehearsalRequest } from '../rehearsal/request.ts';
import type { Config } from './config.ts';

export interface RequestExtras {
  readonly showValues: boolean;
  readonly baseline?: Recording;
  readonly keepServer?: RehearsalRequest['keepServer'];
}

/** The part of the configuration that a rehearsal needs; judging needs the rest. */
export const rehearsalRequest = (
  config: Config,
  { showValues, baseline, keepServer }: RequestExtras,
): RehearsalRequest => ({
  projectFolder: config.projectFolder,
  server: config.server,
  ...(config.backup && { backup: config.backup }),
  migrations: config.migrations,
  rehearsal: config.rehearsal,
  invariants: config.invariants,
  showValues,
  ...(baseline && { baseline }),
  ...(keepServer && { keepServer }),
});
