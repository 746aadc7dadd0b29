import { Command, CommanderError } from 'commander';
import { isPgrehearseError, toError } from '../support/errors.ts';
import { packageVersion } from '../support/package.ts';
import { redact } from '../support/redact.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { initCommand } from './commands/init.ts';
import { judgeCommand } from './commands/judge.ts';
import { planCommand } from './commands/plan.ts';
import { preflightCommand } from './commands/preflight.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { verifyCommand } from './commands/verify.ts';
import { EXIT } from './exit-codes.ts';
import { jsonDocument } from './json-document.ts';
import type { Terminal } from './terminal.ts';

const AFTERWORD = `
Exit codes: 0 safe, 1 unsafe, 2 usage or configuration, 3 inconclusive or the surroundings failed, 130 interrupted.
`;

const COMMANDS = [
  initCommand,
  runCommand,
  planCommand,
  judgeCommand,
  reportCommand,
  preflightCommand,
  verifyCommand,
  explainCommand,
  doctorCommand,
];

/** Builds the commands, runs one, and turns whatever is thrown into text and an exit code. Nothing else does. */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<void> {
  const program = new Command('pgrehearse')
    .description(
      'Rehearses PostgreSQL migrations on your backup, and proves before and after the real run that production is well.',
    )
    .version(packageVersion)
    .exitOverride()
    // Its errors are printed below, in our form.
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err, outputError: () => {} })
    .addHelpText('after', AFTERWORD);
  for (const make of COMMANDS) {
    program.addCommand(make(terminal).copyInheritedSettings(program));
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    sayError(error, terminal, { asJson: argv.includes('--json') });
  }
}

interface Said {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly exitCode: number;
  readonly details?: Readonly<Record<string, unknown>>;
  /** Lines below the message: the stack of a bug of ours. */
  readonly trace?: string;
}

function sayError(error: unknown, terminal: Terminal, { asJson }: { readonly asJson: boolean }): void {
  if (error instanceof CommanderError && isHelp(error)) {
    // Without a command there is nothing to do, and a script that forgot it must not take that for a pass.
    return terminal.setExitCode(error.code === 'commander.help' ? EXIT.usage : EXIT.safe);
  }
  const { code, message, hint, exitCode, details, trace } = describe(error);
  terminal.err(`${code}: ${message}\n  hint: ${hint}\n${trace === undefined ? '' : `\n${trace}\n`}`);
  if (asJson) terminal.out(jsonDocument({ error: { code, message, hint, ...(details && { details }) } }));
  terminal.setExitCode(exitCode);
}

const isHelp = ({ code }: CommanderError): boolean =>
  ['commander.help', 'commander.helpDisplayed', 'commander.version'].includes(code);

function describe(error: unknown): Said {
  if (error instanceof CommanderError) {
    const message = error.message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
    return { code: 'USAGE', message, hint: '`pgrehearse --help` lists commands and flags.', exitCode: EXIT.usage };
  }
  if (isPgrehearseError(error)) {
    const { code, hint, exitCode, details } = error;
    return {
      code,
      message: redact(error.message),
      hint,
      exitCode,
      ...(Object.keys(details).length > 0 && { details }),
    };
  }
  const { message, stack = message } = toError(error);
  return {
    code: 'INTERNAL',
    message: redact(message),
    hint: 'This is a bug in pgrehearse. Please report it with the lines below.',
    exitCode: EXIT.broken,
    trace: redact(stack),
  };
}
