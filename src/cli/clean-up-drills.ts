import type { LivingConfig } from '../config/load-config.ts';
import { openAws } from '../preflight/aws/clients.ts';
import { type CleanedUp, cleanUp } from '../preflight/aws/drill/clean-up.ts';
import { deletionByHand } from '../preflight/aws/drill/delete-by-hand.ts';
import { PgrehearseError } from '../support/errors.ts';
import { EXIT } from './exit-codes.ts';
import { interruptible } from './interruption.ts';
import { jsonDocument } from './json-document.ts';
import { productionProgress } from './production-progress.ts';
import { awsSettingsOf, type ProductionFlags } from './production-request.ts';
import { stateFolder } from '../support/state-folder.ts';
import type { Terminal } from './terminal.ts';

/** Removes what restore drills of dead processes left. Whatever stays is named, and makes the exit code 3. */
export async function cleanUpDrills(terminal: Terminal, config: LivingConfig, flags: ProductionFlags): Promise<void> {
  if (config.preflight.aws === 'off') {
    throw new PgrehearseError('USAGE', 'Cleaning up needs AWS, and the config says `aws: off`.');
  }
  const progress = productionProgress(terminal, { isQuiet: flags.quiet === true });
  const cleaned = await interruptible(terminal, async (signal) => {
    using aws = await openAws(awsSettingsOf(config, { host: '' }, terminal), terminal.env);
    try {
      return await cleanUp(aws, stateFolder(terminal.env), signal, {
        onProgress: ({ id, status }) => progress.onEvent({ kind: 'doing', text: `${id} ${status}` }),
      });
    } finally {
      progress.stop();
    }
  });
  terminal.out(flags.json === true ? jsonDocument({ cleanedUp: cleaned }) : textOf(cleaned));
  for (const { deleted, leftAlone, kind, id, region } of cleaned)
    if (!deleted && leftAlone !== true && kind !== 'ledger')
      terminal.err(`To delete it by hand: ${deletionByHand({ kind, id, region })}\n`);
  terminal.setExitCode(cleaned.every(({ deleted }) => deleted) ? EXIT.safe : EXIT.inconclusive);
}

const textOf = (cleaned: readonly CleanedUp[]): string =>
  cleaned.length === 0
    ? 'No restore drill or rehearsal has left anything.\n'
    : cleaned.map((one) => `${lineOf(one)}\n`).join('');

const lineOf = ({ kind, id, region, deleted, reason }: CleanedUp): string =>
  `${deleted ? 'deleted' : 'left   '} ${kind} ${id} in ${region}${reason === undefined ? '' : `: ${reason}`}`;
