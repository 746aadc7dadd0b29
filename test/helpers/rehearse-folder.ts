import { readFileSync } from 'node:fs';
import { judge } from '../../src/checks/judge.ts';
import type { ConfigFlags } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { rehearsalRequest } from '../../src/config/rehearsal-request.ts';
import type { Verdict } from '../../src/findings/verdict.ts';
import { parseRecording } from '../../src/recording/parse.ts';
import type { Recording } from '../../src/recording/recording.ts';
import type { OnEvent } from '../../src/rehearsal/events.ts';
import { rehearse } from '../../src/rehearsal/rehearse.ts';

export interface Rehearsed {
  readonly recording: Recording;
  readonly verdict: Verdict;
}

interface RehearseOptions {
  readonly flags?: ConfigFlags;
  readonly baseline?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** State folder for `--keep-server`. */
  readonly keepIn?: string;
  readonly onEvent?: OnEvent;
  readonly signal?: AbortSignal;
}

/** What `pgrehearse run FOLDER` does, without the process around it. */
export async function rehearseFolder(
  path: string,
  { flags = {}, baseline, env = process.env, keepIn, onEvent = () => {}, signal }: RehearseOptions = {},
): Promise<Rehearsed> {
  const config = await loadConfig(path, flags, env, process.cwd());
  const request = rehearsalRequest(config, {
    showValues: false,
    ...(baseline !== undefined && { baseline: parseRecording(readFileSync(baseline, 'utf8'), baseline) }),
    ...(keepIn !== undefined && { keepServer: { stateFolder: keepIn } }),
  });
  const recording = await rehearse(request, onEvent, signal ?? AbortSignal.timeout(170_000));
  const verdict = judge(recording, { checks: config.checks, waivers: config.waivers, today: '2026-11-23' });
  return { recording, verdict };
}

/** One line per finding, sorted: what scenarios and examples expect. */
export const findingLines = ({ findings }: Verdict): string[] =>
  findings.map(({ check, where }) => `${check} ${where.migration ?? '-'}`).toSorted();
