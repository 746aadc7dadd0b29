import type { RestoreError } from './complaint.ts';

/** Why an error of the restore means no loss; undefined when it does. */
export function explanation(
  { message, statement = '' }: RestoreError,
  missingExtensions: ReadonlySet<string>,
): string | undefined {
  const rule = RULES.find(({ says, of }) => says.test(message) && of.test(statement));
  if (rule) return rule.because;
  const [, extension] = /^extension "(.*)" (?:is not available|does not exist|has no )/.exec(message) ?? [];
  if (extension !== undefined && missingExtensions.has(extension)) return 'the extension is named as missing';
  return undefined;
}

const RULES: readonly { readonly says: RegExp; readonly of: RegExp; readonly because: string }[] = [
  {
    says: /^unrecognized configuration parameter "transaction_timeout"/,
    of: /^set transaction_timeout\b/i,
    because: 'pg_dump 17 sets a limit that older servers do not have; nothing depends on it',
  },
  {
    says: /^function pg_catalog\.pg_restore_(?:relation|attribute)_stats\(.*\) does not exist/,
    // Several jobs mix what they say, and nothing else calls these functions.
    of: /^/,
    because: 'pg_dump 18 keeps planner statistics, which older servers cannot take; ANALYZE makes them anew',
  },
  {
    says: /^schema "public" already exists/,
    of: /^create schema public\b/i,
    because: 'every new database has it',
  },
  {
    says: /^role ".*" already exists/,
    of: /^create (role|user|group)\b/i,
    because: 'it is there',
  },
  {
    says: /does not exist$/,
    of: /^(drop |alter [^']* drop (constraint|default|identity|expression|not null))/i,
    because: 'a dump made with --clean removes what an empty database does not have',
  },
  {
    says: /^(must be able to SET ROLE|must be member of role|permission denied for (schema|database))/,
    of: /^alter [^']* owner to /i,
    because: 'on a server of others everything belongs to the role that restores, as the output says',
  },
  {
    says: /^must be owner of (schema public|extension )/,
    of: /^comment on (schema public|extension)\b/i,
    because: 'a comment on what the server brings',
  },
];
