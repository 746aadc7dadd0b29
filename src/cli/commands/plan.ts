import { Command, Option } from 'commander';
import { jsonOption, rehearsalOptions } from '../options.ts';
import type { PlanFlags } from '../show-plan.ts';
import type { Terminal } from '../terminal.ts';

export function planCommand(terminal: Terminal): Command {
  const command = new Command('plan')
    .summary('order of migrations, what is pending, what will be run; starts nothing')
    .description('Says what `run` would do. What is applied is read out of the backup; no server is started.')
    .argument('[path]', 'a config file, or a folder with one (default: this folder)');
  for (const option of rehearsalOptions()) command.addOption(option);
  return command
    .addOption(new Option('--explain-config', 'print every value of the configuration and where it comes from'))
    .addOption(jsonOption())
    .action(async (path: string | undefined, flags: PlanFlags) => {
      const { showPlan } = await import('../show-plan.ts');
      await showPlan(terminal, path, flags);
    });
}
