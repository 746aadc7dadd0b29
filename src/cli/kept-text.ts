import type { KeptNotice } from '../rehearsal/keeping/kept-notice.ts';

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
    `  connect   ${command.map(shellWord).join(' ')}`,
    `  holds     ${database}: as the rehearsal left it; ${pristine}: as it was restored at ${restoredAt}, closed`,
    `  reuse     ${isReusable ? REUSED : NOT_REUSED}`,
    `  remove    ${['pgrehearse', 'run', ...given.map(shellWord), '--clean-up'].join(' ')}`,
    '',
  ].join('\n');
}

const REUSED = 'the next `pgrehearse run --keep-server` with this backup starts from it';
const NOT_REUSED = 'never: what it was restored from has no identity, so each run restores anew';

const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text)
    ? text
    : text.startsWith('PGPASSFILE=')
      ? `PGPASSFILE=${shellWord(text.slice('PGPASSFILE='.length))}`
      : `'${text.replaceAll("'", String.raw`'\''`)}'`;
