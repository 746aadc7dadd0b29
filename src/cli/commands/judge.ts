import { Command } from 'commander';
import { baselineOption, configOption, failOnOption, formatOption, jsonOption, quietOption } from '../options.ts';
import type { Terminal } from '../terminal.ts';

interface JudgeFlags {
  readonly config?: string;
  readonly baseline?: string;
  readonly format: string;
  readonly json?: boolean;
  readonly failOn: string;
  readonly quiet?: boolean;
}

export const judgeCommand = (terminal: Terminal): Command =>
  new Command('judge')
    .summary('run the checks on a saved recording; needs no database')
    .description('Runs the checks on a saved recording, e.g. after a limit was changed. Needs no database.')
    .argument('<recording>', 'a recording.json that `pgrehearse run` wrote')
    .addOption(configOption())
    .addOption(baselineOption())
    .addOption(formatOption())
    .addOption(failOnOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (path: string, { json, format, failOn, quiet, ...flags }: JudgeFlags) => {
      const [{ judgeSaved }, { printVerdict }] = await Promise.all([
        import('../judge-saved.ts'),
        import('../print-verdict.ts'),
      ]);
      const judged = await judgeSaved(terminal, path, { ...flags, isTalkative: quiet !== true });
      printVerdict(terminal, judged, { format: json === true ? 'json' : format, failOn, ...(quiet && { quiet }) });
    });
