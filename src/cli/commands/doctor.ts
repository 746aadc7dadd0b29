import { Command, Option } from 'commander';
import { jsonOption, quietOption, rehearsalOptions } from '../options.ts';
import type { DoctorFlags } from '../run-doctor.ts';
import type { Terminal } from '../terminal.ts';

export function doctorCommand(terminal: Terminal): Command {
  const command = new Command('doctor')
    .summary('each prerequisite: found, missing, version, with the mend')
    .description(
      'Looks at machine, config, backup, migrations and every server provider, starts a server of the one in use, and says what is' +
        ' missing and how to mend it. Restores and migrates nothing.',
    )
    .argument('[path]', 'a config file, or a folder with one (default: this folder; none is needed)');
  for (const option of rehearsalOptions()) command.addOption(option);
  return command
    .addOption(new Option('--all', 'start a server of every provider that can be tried, and ask AWS'))
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (path: string | undefined, flags: DoctorFlags) => {
      const { runDoctor } = await import('../run-doctor.ts');
      await runDoctor(terminal, path, flags);
    });
}
