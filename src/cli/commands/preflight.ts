import { Command, Option } from 'commander';
import { failOnOption, jsonOption, productionOptions, quietOption } from '../options.ts';
import type { PreflightFlags } from '../run-preflight.ts';
import type { Terminal } from '../terminal.ts';

export function preflightCommand(terminal: Terminal): Command {
  const command = new Command('preflight')
    .summary('may the real migration run now?')
    .description(
      'Asks RDS, the live database and the rehearsal certificate, minutes before the real migration. Reads only, unless it is' +
        ' told to create a snapshot or to do a restore drill.',
    )
    .argument('[path]', 'a config file, or a folder with one (default: this folder)');
  for (const option of productionOptions()) command.addOption(option);
  return command
    .addOption(new Option('--create-snapshot', 'make a snapshot, wait for it, and count on no other'))
    .addOption(new Option('--restore-drill', 'restore the newest snapshot to a temporary instance, compare, delete it'))
    .addOption(new Option('--max-hours <hours>', 'end a restore drill after so long').argParser(Number))
    .addOption(new Option('--clean-up', 'delete what restore drills that died have left, and do nothing else'))
    .addOption(
      new Option('--print-iam-policy <mode>', 'print the least IAM policy, and do nothing else').choices([
        'read',
        'snapshot',
        'drill',
      ]),
    )
    .addOption(new Option('--allow-custom-endpoint', 'let the answers of an endpoint count that is not of AWS'))
    .addOption(new Option('--markdown', 'print a release checklist'))
    .addOption(failOnOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (path: string | undefined, flags: PreflightFlags) => {
      const { runPreflight } = await import('../run-preflight.ts');
      await runPreflight(terminal, path, flags);
    });
}
