import { Command, Option } from 'commander';
import { failOnOption, jsonOption, productionOptions, quietOption } from '../options.ts';
import type { VerifyFlags } from '../run-verify.ts';
import type { Terminal } from '../terminal.ts';

export function verifyCommand(terminal: Terminal): Command {
  const command = new Command('verify')
    .summary('did production end where the rehearsal ended?')
    .description('Compares production after the real migration with the end of the rehearsal. Reads only.')
    .argument('[path]', 'a config file, or a folder with one (default: this folder)');
  for (const option of productionOptions()) command.addOption(option);
  return command
    .addOption(new Option('--receipt <file>', 'the receipt of the pre-flight (default: the one in the output folder)'))
    .addOption(new Option('--allow-custom-endpoint', 'let the answers of an endpoint count that is not of AWS'))
    .addOption(new Option('--markdown', 'print a release checklist'))
    .addOption(failOnOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (path: string | undefined, flags: VerifyFlags) => {
      const { runVerify } = await import('../run-verify.ts');
      await runVerify(terminal, path, flags);
    });
}
