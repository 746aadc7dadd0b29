import { judge } from '../checks/judge.ts';
import { KNOWN_CHECK_IDS } from '../config/known-checks.ts';
import { loadJudgingConfig } from '../config/load-config.ts';
import type { Verdict } from '../findings/verdict.ts';
import type { Recording } from '../recording/recording.ts';
import { baselineOf } from '../rehearsal/records.ts';
import { readRecording } from './read-recording.ts';
import type { Terminal } from './terminal.ts';
import { today } from './today.ts';

export interface JudgeSavedOptions {
  readonly config?: string;
  readonly baseline?: string;
  /** Says on stderr which config was taken. */
  readonly isTalkative: boolean;
}

/** The verdict on a recording as the config of this folder, or the one named, has it. */
export async function judgeSaved(
  { err, env, cwd }: Terminal,
  path: string,
  { config, baseline, isTalkative }: JudgeSavedOptions,
): Promise<{ readonly verdict: Verdict; readonly recording: Recording }> {
  const saved = await readRecording(path, cwd);
  const earlier = baseline === undefined ? undefined : await readRecording(baseline, cwd);
  const { file, checks, waivers } = await loadJudgingConfig(config, env, cwd);
  if (isTalkative && file !== undefined) err(`Checks and waivers from ${file}\n`);
  const recording: Recording = { ...saved, ...(earlier && { baseline: baselineOf(earlier) }) };
  return { recording, verdict: judge(recording, { checks, waivers, today: today(), knownChecks: KNOWN_CHECK_IDS }) };
}
