import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What a password is asked for. */
export interface Account {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/**
 * The password that PGPASSWORD or the user's `.pgpass` has for an account. As in libpq, a file that others can read is not
 * used.
 *
 * @see https://www.postgresql.org/docs/current/libpq-pgpass.html
 */
export async function findPassword(account: Account): Promise<string | undefined> {
  const fromEnvironment = process.env['PGPASSWORD'];
  if (fromEnvironment !== undefined) return fromEnvironment;
  const wanted = [
    account.host.startsWith('/') ? 'localhost' : account.host,
    String(account.port),
    account.database,
    account.user,
  ];
  for (const line of await linesOf(process.env['PGPASSFILE'] ?? join(homedir(), '.pgpass'))) {
    const fields = fieldsOf(line);
    if (fields.length === 5 && wanted.every((value, at) => fields[at] === '*' || fields[at] === value))
      return fields[4];
  }
  return undefined;
}

async function linesOf(path: string): Promise<readonly string[]> {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0 && process.platform !== 'win32') return [];
    return (await readFile(path, 'utf8')).split(/\r?\n/).filter((line) => !line.startsWith('#'));
  } catch {
    return [];
  }
}

/** The line of such a file that holds for every server. */
export const passwordLine = (password: string): string => `*:*:*:*:${password.replaceAll(/[\\:]/g, String.raw`\$&`)}\n`;

/** Colons separate; a backslash takes the next character as it is. */
function fieldsOf(line: string): readonly string[] {
  const fields = [''];
  for (const [, escaped, separator, plain] of line.matchAll(/\\(.)|(:)|([^:\\]+)/g)) {
    if (separator !== undefined && fields.length < 5) fields.push('');
    else fields[fields.length - 1] += escaped ?? separator ?? plain ?? '';
  }
  return fields;
}
