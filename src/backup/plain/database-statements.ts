import { asIdentifier, words, type Word } from '../sql/words.ts';

/** What is done with a statement of a dump, before the server is asked. */
export type Treatment =
  | { readonly kind: 'run' }
  /** Left out on purpose; the restored database is not the poorer. */
  | { readonly kind: 'skip' }
  /** Run in another form. */
  | { readonly kind: 'replace'; readonly sql: string }
  /** `alter database … set …`, to be applied to our database once all is restored: `set "TimeZone" to 'UTC'`. */
  | { readonly kind: 'database-setting'; readonly setting: string }
  | { readonly kind: 'extension'; readonly extension: string };

/** Looks at the few kinds of statement that reach beyond the database they are in. */
export function treatment(sql: string, currentUser: string): Treatment {
  if (!WORTH_A_LOOK.test(sql)) return RUN;
  const tokens = [...words(sql)];
  const noun = tokens.slice(1).find((word) => word.kind === 'name' && NOUNS.has(word.text));
  const first = tokens[0]?.text ?? '';
  if (first === 'set') return tablespaceSetting(tokens);
  if (noun === undefined || !isItsKind(first, noun, tokens)) return RUN;
  if (noun.text === 'tablespace') return SKIP;
  if (noun.text === 'database') return databaseStatement(sql, tokens);
  if (noun.text === 'extension') return extensionStatement(tokens, noun);
  return noun === tokens[1] ? roleStatement(sql, tokens, currentUser) : RUN;
}

/** What would change roles or settings of the whole server, for a server that others use as well. */
export function concernsServer(sql: string): boolean {
  if (!/^(?:create|alter|drop|comment|security|grant|revoke|reassign)\b/i.test(sql)) return false;
  const [first, second, third] = [...words(sql)];
  if (isName(first, 'reassign') || (isName(first, 'alter') && isName(second, 'system'))) return true;
  if (isName(first, 'grant') || isName(first, 'revoke')) {
    return ![...words(sql)].some((word) => isName(word, 'on'));
  }
  if (isName(second, 'user') && isName(third, 'mapping')) return false;
  return isRole(second) || (isName(second, 'on') && isRole(third));
}

const RUN: Treatment = { kind: 'run' };
const SKIP: Treatment = { kind: 'skip' };
const WORTH_A_LOOK =
  /^(?:(?:create|alter|drop|comment\s+on|security\s+label)\b[^;]*?\b(?:database|tablespace|role|user|group|extension)\b|(?:grant|revoke)\b[^;]*?\bon\s+(?:database|tablespace)\b|set\s+default_tablespace\b)/i;
const NOUNS: ReadonlySet<string> = new Set(['database', 'tablespace', 'role', 'user', 'group', 'extension']);

const isRole = (word: Word | undefined): boolean => ['role', 'user', 'group'].some((text) => isName(word, text));

const isName = (word: Word | undefined, text: string): boolean => word?.kind === 'name' && word.text === text;

/** `alter database`, `comment on database`, `grant … on database`; not `create table database`, `grant database to …`. */
function isItsKind(first: string, noun: Word, tokens: readonly Word[]): boolean {
  const before = tokens[tokens.indexOf(noun) - 1];
  return isName(before, 'on') || (before === tokens[0] && first !== 'grant' && first !== 'revoke');
}

function tablespaceSetting(tokens: readonly Word[]): Treatment {
  return tokens.at(-1)?.text === '' ? RUN : SKIP;
}

function databaseStatement(sql: string, tokens: readonly Word[]): Treatment {
  const verb = tokens[3];
  const isSetting = isName(tokens[0], 'alter') && isName(verb, 'set') && !NOT_OURS.has(tokens[4]?.text ?? '');
  return isSetting && verb ? { kind: 'database-setting', setting: sql.slice(verb.at) } : SKIP;
}

/** Tablespaces are places on the disks of another machine. */
const NOT_OURS: ReadonlySet<string> = new Set(['tablespace', 'default_tablespace', 'temp_tablespaces']);

function extensionStatement(tokens: readonly Word[], noun: Word): Treatment {
  const extension = asIdentifier(tokens.slice(tokens.indexOf(noun) + 1).find((word) => !isIfExists(word)));
  return extension === undefined ? RUN : { kind: 'extension', extension };
}

const isIfExists = (word: Word): boolean => word.kind === 'name' && ['if', 'not', 'exists'].includes(word.text);

/** Roles are cluster-wide and this cluster is ours: nobody else's passwords, and ours stays as it is. */
function roleStatement(sql: string, tokens: readonly Word[], currentUser: string): Treatment {
  const role = asIdentifier(tokens[2]);
  if (isName(tokens[0], 'drop')) return SKIP;
  if (isName(tokens[1], 'user') && isName(tokens[2], 'mapping')) return RUN;
  if (role === currentUser) return SKIP;
  if (tokens.some((word, index) => isName(word, 'in') && isName(tokens[index + 1], 'database'))) return SKIP;
  return { kind: 'replace', sql: withoutPassword(sql, tokens) };
}

function withoutPassword(sql: string, tokens: readonly Word[]): string {
  const at = tokens.findIndex((word) => isName(word, 'password'));
  const from = tokens[at]?.at;
  if (from === undefined) return sql;
  const until = tokens[at + 2]?.at ?? sql.length;
  return `${sql.slice(0, from)}${sql.slice(until)}`;
}
