import { CHECKS } from '../checks/index.ts';
import type { Config, ConfigFlags, ConfigSetting } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { rehearsalRequest } from '../config/rehearsal-request.ts';
import type { GraphProblem } from '../recording/recording.ts';
import { planRehearsal } from '../rehearsal/rehearse.ts';
import { printable } from '../reports/printable.ts';
import { EXIT } from './exit-codes.ts';
import { interruptible } from './interruption.ts';
import { jsonDocument } from './json-document.ts';
import { type PlannedSteps, planText } from './plan-text.ts';
import type { Terminal } from './terminal.ts';

export interface PlanFlags extends ConfigFlags {
  readonly explainConfig?: boolean;
  readonly json?: boolean;
}

export async function showPlan(terminal: Terminal, path: string | undefined, flags: PlanFlags): Promise<void> {
  const config = await loadConfig(path, flags, terminal.env, terminal.cwd);
  if (flags.explainConfig === true && flags.json !== true) terminal.out(settingsText(config.settings));
  const { plan, steps } = await interruptible(terminal, (signal) =>
    planRehearsal(rehearsalRequest(config, { showValues: false }), onOutput(terminal), signal),
  );
  const planned: PlannedSteps = {
    plan,
    steps: steps.map(({ migration, direction, purpose }) => ({ migration: migration.id, direction, purpose })),
  };
  if (flags.json === true) {
    terminal.out(jsonDocument({ ...planned, ...(flags.explainConfig === true && { config: config.settings }) }));
  } else terminal.out(planText(planned, terminal.outPaint));
  terminal.setExitCode(plan.problems.some((problem) => isError(problem, config)) ? EXIT.unsafe : EXIT.safe);
}

type OnPlanEvent = Parameters<typeof planRehearsal>[1];

const onOutput =
  ({ err }: Terminal): OnPlanEvent =>
  (event) => {
    if (event.kind === 'output') err(`${printable(event.text).trimEnd()}\n`);
  };

/** A plan with a hole in it is as bad here as it would be in the verdict. */
function isError({ kind }: GraphProblem, { checks }: Config): boolean {
  const check = CHECKS.find(({ id }) => id === `graph-${kind}`);
  const settings = checks[check?.id ?? ''];
  if (settings === 'off') return false;
  return (settings?.severity ?? check?.severity) === 'error';
}

function settingsText(settings: readonly ConfigSetting[]): string {
  const lines = settings.map(
    ({ path, value, origin }) => [`${path} = ${value.replaceAll(/\s+/g, ' ')}`, origin] as const,
  );
  const width = Math.min(70, Math.max(0, ...lines.map(([text]) => text.length)));
  return `${lines.map(([text, origin]) => `${printable(text).padEnd(width)}  (${origin})`).join('\n')}\n\n`;
}
