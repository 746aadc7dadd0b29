import type { KeptNotice } from '../rehearsal/keeping/kept-notice.ts';
import { shellWord } from './shell-word.ts';

/** How to reach a kept server and how to be rid of it. `given`: the path and flags by which the run found its server. */
export function keptText(
  { provider, database, pristine, restoredAt, psql, isReusable }: KeptNotice,
  given: readonly string[] = [],
): string {
  const [first = '', ...rest] = psql;
  const command = first.includes('://') ? ['psql', first] : [first, 'psql', ...rest];
  return [
    '',
    `The ${provider} server is kept.`,
    `  connect   ${command.map(commandWord).join(' ')}`,
    `  holds     ${database}: as the rehearsal left it; ${pristine}: as it was restored at ${restoredAt}, closed`,
    `  reuse     ${isReusable ? REUSED : NOT_REUSED}`,
    `  remove    ${['pgrehearse', 'run', ...given.map(shellWord), '--clean-up'].join(' ')}`,
    '',
  ].join('\n');
}

const REUSED = 'the next `pgrehearse run --keep-server` with this backup starts from it';
const NOT_REUSED = 'never: what it was restored from has no identity, so each run restores anew';

/** A variable is one only while its name is not quoted. */
const commandWord = (text: string): string =>
  text.startsWith(VARIABLE) ? `${VARIABLE}${shellWord(text.slice(VARIABLE.length))}` : shellWord(text);

const VARIABLE = 'PGPASSFILE=';
