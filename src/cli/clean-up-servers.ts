import { loadConfig } from '../config/load-config.ts';
import { cleanUpServers as cleanUp } from '../rehearsal/keeping/clean-up.ts';
import type { Swept } from '../server/provider.ts';
import { oneLine } from '../reports/printable.ts';
import { isPgrehearseError, PgrehearseError } from '../support/errors.ts';
import { stateFolder } from '../support/state-folder.ts';
import { EXIT } from './exit-codes.ts';
import { interruptible } from './interruption.ts';
import { jsonDocument } from './json-document.ts';
import type { RunFlags } from './run-rehearsal.ts';
import type { Terminal } from './terminal.ts';

/** Removes kept servers and what runs left that died. Whatever stays is named, and makes the exit code 3. */
export async function cleanUpServers(terminal: Terminal, path: string | undefined, flags: RunFlags): Promise<void> {
  if (flags.keepServer === true) {
    throw new PgrehearseError('USAGE', '--clean-up does nothing else; leave out --keep-server.');
  }
  const config = await loadConfig(path, flags, terminal.env, terminal.cwd).catch((error: unknown) => {
    // The local provider needs no configuration.
    if (path === undefined && isPgrehearseError(error) && error.code === 'CONFIG_NOT_FOUND') return undefined;
    throw error;
  });
  const server = config?.server ?? { provider: 'local', settings: {} };
  const projectFolder = config?.projectFolder ?? terminal.cwd;
  const swept = await interruptible(terminal, (signal) =>
    cleanUp({ provider: server.provider, spec: { ...server, projectFolder } }, stateFolder(terminal.env), signal),
  );
  terminal.out(flags.json === true ? jsonDocument({ cleanedUp: swept }) : textOf(swept));
  terminal.setExitCode(swept.every(({ removed }) => removed) ? EXIT.safe : EXIT.inconclusive);
}

const textOf = (swept: readonly Swept[]): string =>
  swept.length === 0 ? 'No run has left anything.\n' : swept.map((one) => `${lineOf(one)}\n`).join('');

const lineOf = ({ what, removed, reason }: Swept): string =>
  oneLine(`${removed ? 'removed' : 'left   '} ${what}${reason === undefined ? '' : `: ${reason}`}`);
