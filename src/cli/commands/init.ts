import { Command, Option } from 'commander';
import { jsonOption } from '../options.ts';
import type { InitFlags } from '../run-init.ts';
import type { Terminal } from '../terminal.ts';

export const initCommand = (terminal: Terminal): Command =>
  new Command('init')
    .summary('finds the migration tool and backup, writes a commented config')
    .description(
      'Looks for the migration tool and a backup in a folder and writes a commented pgrehearse.config.yaml that fits. Never' +
        ' overwrites anything.',
    )
    .argument('[folder]', 'where the project is (default: this folder)')
    .addOption(new Option('--print', 'print the config on stdout and write nothing'))
    .addOption(jsonOption())
    .action(async (folder: string | undefined, flags: InitFlags) => {
      const { runInit } = await import('../run-init.ts');
      await runInit(terminal, folder, flags);
    });
