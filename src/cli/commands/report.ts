import { Command } from 'commander';
import { configOption, formatOption, jsonOption } from '../options.ts';
import type { Terminal } from '../terminal.ts';

interface ReportFlags {
  readonly config?: string;
  readonly format: string;
  readonly json?: boolean;
}

export const reportCommand = (terminal: Terminal): Command =>
  new Command('report')
    .summary('render a saved recording: terminal, markdown, json, junit')
    .description('Renders a saved recording. Exits 0 when it could be rendered, whatever the verdict; see `judge`.')
    .argument('<recording>', 'a recording.json that `pgrehearse run` wrote')
    .addOption(configOption())
    .addOption(formatOption())
    .addOption(jsonOption())
    .action(async (path: string, { json, format, ...flags }: ReportFlags) => {
      const [{ judgeSaved }, { printVerdict }] = await Promise.all([
        import('../judge-saved.ts'),
        import('../print-verdict.ts'),
      ]);
      const judged = await judgeSaved(terminal, path, { ...flags, isTalkative: false });
      printVerdict(terminal, judged, { format: json === true ? 'json' : format, failOn: 'error' });
      terminal.setExitCode(0);
    });
