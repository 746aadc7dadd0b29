import { join, resolve } from 'node:path';
import { judge } from '../checks/judge.ts';
import type { Config, ConfigFlags } from '../config/config.ts';
import { KNOWN_CHECK_IDS } from '../config/known-checks.ts';
import { loadConfig } from '../config/load-config.ts';
import { rehearsalRequest } from '../config/rehearsal-request.ts';
import { readSigningKey } from '../preflight/certificate/keys.ts';
import type { RehearsalEvent } from '../rehearsal/events.ts';
import type { KeptNotice } from '../rehearsal/keeping/kept-notice.ts';
import { rehearse } from '../rehearsal/rehearse.ts';
import { stateFolder } from '../support/state-folder.ts';
import { cleanUpServers } from './clean-up-servers.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { interruptible } from './interruption.ts';
import { keptText } from './kept-text.ts';
import { openOutputFolder, OUTPUT_FILES } from './output-folder.ts';
import { printVerdict } from './print-verdict.ts';
import { progressFor } from './progress.ts';
import { readRecording } from './read-recording.ts';
import { pathFor, type Terminal } from './terminal.ts';
import { today } from './today.ts';

export interface RunFlags extends ConfigFlags {
  readonly out?: string;
  readonly baseline?: string;
  readonly signKey?: string;
  readonly failOn: string;
  readonly showValues?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly keepServer?: boolean;
  readonly cleanUp?: boolean;
}

/** Rehearse, keep, judge, say, leave. */
export async function runRehearsal(terminal: Terminal, path: string | undefined, flags: RunFlags): Promise<void> {
  if (flags.cleanUp === true) return await cleanUpServers(terminal, path, flags);
  const { cwd, env } = terminal;
  const config = await loadConfig(path, flags, env, cwd);
  const baseline = flags.baseline === undefined ? undefined : await readRecording(flags.baseline, cwd);
  const signingKey = flags.signKey === undefined ? undefined : await readSigningKey(resolve(cwd, flags.signKey));
  const folder = await openOutputFolder(outputPath(config, flags, cwd), {
    isOurs: flags.out === undefined,
    ...(signingKey && { signingKey }),
  });
  const request = rehearsalRequest(config, {
    showValues: flags.showValues === true,
    ...(baseline && { baseline }),
    ...(flags.keepServer === true && { keepServer: { stateFolder: stateFolder(env) } }),
  });

  const progress = progressFor(terminal, { isQuiet: flags.quiet === true });
  let stays: string | undefined;
  let kept: KeptNotice | undefined;
  const onEvent = (event: RehearsalEvent): void => {
    if (event.kind === 'server-stays') stays = event.text;
    if (event.kind === 'kept') kept = event;
    progress.onEvent(event);
  };
  const { recording, verdict, wasInterrupted } = await interruptible(terminal, async (signal) => {
    const recorded = await rehearse(request, onEvent, signal).finally(progress.stop);
    const judged = judge(recorded, {
      checks: config.checks,
      waivers: config.waivers,
      today: today(),
      knownChecks: KNOWN_CHECK_IDS,
    });
    // Within, so that Ctrl-C does not cut it in two.
    await folder.write(judged, recorded);
    return { recording: recorded, verdict: judged, wasInterrupted: signal.aborted };
  });
  const format = flags.json === true ? 'json' : 'terminal';
  printVerdict(terminal, { verdict, recording }, { format, failOn: flags.failOn, ...(flags.quiet && { quiet: true }) });
  if (flags.quiet !== true) {
    terminal.err(`\nRecording and reports are in ${pathFor(terminal, folder.path)}: ${OUTPUT_FILES.join(', ')}\n`);
  }
  if (kept) terminal.err(keptText(kept, given(path, flags)));
  if (stays !== undefined) {
    terminal.err(`\n${stays}`);
    if (exitCodeOf(verdict, flags.failOn) === EXIT.safe) terminal.setExitCode(EXIT.broken);
  }
  // Time that is up ends a rehearsal as well, and nobody pressed anything.
  if (wasInterrupted) terminal.setExitCode(EXIT.interrupted);
}

const outputPath = ({ projectFolder }: Config, { out }: RunFlags, cwd: string): string =>
  out === undefined ? join(projectFolder, '.pgrehearse') : resolve(cwd, out);

/** What of the command line leads to the same server again. */
const given = (path: string | undefined, { provider }: RunFlags): readonly string[] => [
  ...(path === undefined ? [] : [path]),
  ...(provider === undefined ? [] : [`--provider=${provider}`]),
];
