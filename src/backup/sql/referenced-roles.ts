import { asIdentifier, words, type Word } from './words.ts';

/** Roles that a statement needs to exist: owners, grantees, policies, default privileges, sessions. Sorted. */
export function referencedRoles(sql: string): readonly string[] {
  if (!MAY_NAME_A_ROLE.test(sql)) return [];
  const tokens = [...words(sql)];
  const [first, second] = tokens.map((word) => (word.kind === 'name' ? word.text : undefined));
  const found = finders
    .filter(({ begins }) => begins(first, second))
    .flatMap(({ find }) => find(tokens))
    .filter((name) => !NOT_A_ROLE.has(name));
  return [...new Set(found)].toSorted();
}

/** A quick look before the statement is taken apart; INSERTs and function bodies are long. */
const MAY_NAME_A_ROLE =
  /^(alter|grant|revoke|create\s+(policy|schema|user\s+mapping)|set|comment\s+on\s+role|security\s+label)\b/i;

/** Words that stand where a role could and mean something else. As quoted identifiers they cannot be told apart; such roles do not occur. */
const NOT_A_ROLE: ReadonlySet<string> = new Set([
  'public',
  'current_user',
  'current_role',
  'session_user',
  'default',
  'none',
]);

interface Finder {
  readonly begins: (first: string | undefined, second: string | undefined) => boolean;
  readonly find: (tokens: readonly Word[]) => readonly string[];
}

const finders: readonly Finder[] = [
  { begins: (first) => first === 'alter', find: (tokens) => after(tokens, 'owner', 'to') },
  { begins: (first, second) => first === 'alter' && second === 'default', find: defaultPrivileges },
  { begins: (first) => first === 'grant' || first === 'revoke', find: privileges },
  { begins: (_, second) => second === 'policy', find: (tokens) => after(tokens, 'to') },
  { begins: (_, second) => second === 'schema', find: (tokens) => after(tokens, 'authorization') },
  { begins: (_, second) => second === 'user', find: (tokens) => after(tokens, 'mapping', 'for') },
  { begins: (first) => first === 'set', find: sessionRole },
  { begins: (first) => first === 'comment' || first === 'security', find: (tokens) => after(tokens, 'on', 'role') },
];

const isName = (word: Word | undefined, text: string): boolean => word?.kind === 'name' && word.text === text;

/** The comma-separated identifiers that follow a run of keywords, at its last occurrence outside of parentheses. */
function after(tokens: readonly Word[], ...keywords: readonly string[]): readonly string[] {
  const at = lastOutsideParentheses(tokens, keywords);
  return at === undefined ? [] : listAt(tokens, at + keywords.length);
}

function lastOutsideParentheses(tokens: readonly Word[], keywords: readonly string[]): number | undefined {
  let depth = 0;
  let found: number | undefined;
  tokens.forEach((word, index) => {
    if (word.kind === 'sign' && word.text === '(') depth += 1;
    if (word.kind === 'sign' && word.text === ')') depth -= 1;
    if (depth === 0 && keywords.every((keyword, offset) => isName(tokens[index + offset], keyword))) found = index;
  });
  return found;
}

function listAt(tokens: readonly Word[], from: number): readonly string[] {
  const names: string[] = [];
  for (let at = from; ; at += 1) {
    if (isName(tokens[at], 'group')) at += 1;
    const name = asIdentifier(tokens[at]);
    if (name !== undefined) names.push(name);
    at += 1;
    if (tokens[at]?.text !== ',') return names;
  }
}

function privileges(tokens: readonly Word[]): readonly string[] {
  const isGrant = isName(tokens[0], 'grant');
  const grantees = after(tokens, isGrant ? 'to' : 'from');
  const grantors = after(tokens, 'granted', 'by');
  // Without ON it is the membership in roles that is granted.
  const members = lastOutsideParentheses(tokens, ['on']) === undefined ? memberships(tokens) : [];
  return [...grantees, ...grantors, ...members];
}

function memberships(tokens: readonly Word[]): readonly string[] {
  const at = tokens.findIndex((word) => isName(word, 'for'));
  return listAt(tokens, at === -1 ? 1 : at + 1);
}

function defaultPrivileges(tokens: readonly Word[]): readonly string[] {
  const owners = [...after(tokens, 'for', 'role'), ...after(tokens, 'for', 'user')];
  const isGrant = tokens.some((word) => isName(word, 'grant'));
  return [...owners, ...after(tokens, isGrant && !tokens.some((word) => isName(word, 'revoke')) ? 'to' : 'from')];
}

function sessionRole(tokens: readonly Word[]): readonly string[] {
  const at = tokens.findIndex((word) => isName(word, 'authorization') || isName(word, 'role'));
  if (at === -1 || at > LAST_PLACE_OF_ROLE) return [];
  const value = tokens[at + 1];
  if (value?.kind === 'literal') return [value.text];
  const name = asIdentifier(value);
  return name === undefined ? [] : [name];
}

/** `set local session authorization`. */
const LAST_PLACE_OF_ROLE = 3;
