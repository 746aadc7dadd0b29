import { Command, Option } from 'commander';
import { baselineOption, failOnOption, jsonOption, quietOption, rehearsalOptions } from '../options.ts';
import type { RunFlags } from '../run-rehearsal.ts';
import type { Terminal } from '../terminal.ts';

/** As on the command line, where they may be shorter. */
interface GivenFlags extends RunFlags {
  readonly maxHours?: string;
  readonly allowCustomEndpoint?: boolean;
}

export function runCommand(terminal: Terminal): Command {
  const command = new Command('run')
    .summary('rehearse the migrations on a restored backup')
    .description('Restores the backup into a server of its own and rehearses the migrations: up, down and up again.')
    .argument('[path]', 'a config file, or a folder with one (default: this folder)');
  for (const option of rehearsalOptions()) command.addOption(option);
  return command
    .addOption(new Option('--out <dir>', 'where recording and reports go (default: .pgrehearse beside the config)'))
    .addOption(baselineOption())
    .addOption(new Option('--sign-key <pem>', 'sign the certificate with this Ed25519 private key'))
    .addOption(failOnOption())
    .addOption(new Option('--show-values', 'let values of rows appear in messages of the server'))
    .addOption(jsonOption())
    .addOption(quietOption())
    .addOption(new Option('--keep-server', 'let the server stay, and start from one that stayed instead of restoring'))
    .addOption(new Option('--clean-up', 'remove kept servers and what killed runs have left, and do nothing else'))
    .addOption(new Option('--max-hours <hours>', 'delete what the provider rds made after so long'))
    .addOption(new Option('--allow-custom-endpoint', 'let the provider rds use an endpoint that is not of AWS'))
    .action(async (path: string | undefined, { maxHours, allowCustomEndpoint, ...flags }: GivenFlags) => {
      const { runRehearsal } = await import('../run-rehearsal.ts');
      await runRehearsal(terminal, path, {
        ...flags,
        ...(maxHours !== undefined && { rdsMaxHours: maxHours }),
        ...(allowCustomEndpoint && { rdsCustomEndpoint: true }),
      });
    });
}
