import { Command } from 'commander';
import { jsonOption } from '../options.ts';
import type { Terminal } from '../terminal.ts';

export const explainCommand = (terminal: Terminal): Command =>
  new Command('explain')
    .summary('why a check matters, how to mend it, its limits')
    .description(
      'Says of one check why it matters, how to mend what it finds and which limits it has. Without one: lists all.',
    )
    .argument('[check]', 'id of a check, e.g. down-loses-data')
    .addOption(jsonOption())
    .action(async (id: string | undefined, { json }: { readonly json?: boolean }) => {
      const { explain } = await import('../explain.ts');
      explain(terminal, id, { asJson: json === true });
    });
