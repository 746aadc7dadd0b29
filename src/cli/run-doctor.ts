import type { ConfigFlags } from '../config/config.ts';
import type { LivingConfig } from '../config/load-config.ts';
import { type Diagnosis, diagnose, type DoctorOptions } from '../doctor/doctor.ts';
import { parseProductionUrl } from '../postgres/production-target.ts';
import type { AwsSettings } from '../preflight/aws/aws.ts';
import { oneLine } from '../reports/printable.ts';
import { closingText, groupDocument, groupText } from './doctor-text.ts';
import { EXIT } from './exit-codes.ts';
import { interruptible } from './interruption.ts';
import { jsonDocument } from './json-document.ts';
import { awsSettingsOf } from './production-request.ts';
import { statusLine } from './status-line.ts';
import type { Terminal } from './terminal.ts';

export interface DoctorFlags extends ConfigFlags {
  readonly all?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Examine, say each part when it is known, leave. */
export async function runDoctor(
  terminal: Terminal,
  path: string | undefined,
  { all = false, json = false, quiet = false, ...flags }: DoctorFlags,
): Promise<void> {
  const { env, cwd, out } = terminal;
  const progress = progressFor(terminal, quiet);
  const options: DoctorOptions = {
    all,
    awsSettings: (config) => settingsOf(config, terminal),
    onGroup: (group) => {
      progress.clear();
      if (!json) out(`${groupText(group, terminal)}\n\n`);
    },
    onNews: ({ text }) => progress.show(oneLine(text)),
  };
  const diagnosis = await interruptible(terminal, async (signal) => {
    try {
      return await diagnose({ path, flags, env, cwd }, options, signal);
    } finally {
      progress.clear();
    }
  });
  out(json ? jsonDocument(documentOf(diagnosis)) : closingText(diagnosis, terminal));
  terminal.setExitCode(exitCodeOf(diagnosis));
}

/** Only on a terminal: in a log the groups themselves are the progress. */
function progressFor(
  { liveColumns, err }: Terminal,
  isQuiet: boolean,
): Pick<ReturnType<typeof statusLine>, 'show' | 'clear'> {
  return liveColumns === undefined || isQuiet ? { show: () => {}, clear: () => {} } : statusLine(err, liveColumns);
}

/** The region may be in the name of production's host. */
function settingsOf(config: LivingConfig, terminal: Terminal): AwsSettings {
  const url = config.preflight.url ?? terminal.env['DATABASE_URL'] ?? '';
  let host = '';
  try {
    ({ host } = parseProductionUrl(url));
  } catch {
    // Then it tells no region; the pre-flight itself will say what is wrong with it.
  }
  return awsSettingsOf(config, { host }, terminal);
}

const documentOf = (diagnosis: Diagnosis): Readonly<Record<string, unknown>> => ({
  ok: exitCodeOf(diagnosis) === EXIT.safe,
  ready: Object.fromEntries(
    Object.entries(diagnosis.ailments).map(([need, lines]) => [need, diagnosis.isConfigValid && lines.length === 0]),
  ),
  groups: diagnosis.groups.map(groupDocument),
});

function exitCodeOf({ isConfigValid, ailments }: Diagnosis): number {
  if (!isConfigValid) return EXIT.usage;
  return Object.values(ailments).every((lines) => lines.length === 0) ? EXIT.safe : EXIT.broken;
}
