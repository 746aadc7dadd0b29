import { isObject } from '../messages.ts';
import type { KnexLike } from './knex-like.ts';

/** What an error was before knex wrote the statement into its message. */
export interface ErrorOrigin {
  readonly serverMessage?: string | undefined;
  readonly statement?: string | undefined;
}

const serverMessages = new WeakMap<object, string>();
const statements = new WeakMap<object, string>();

export const originOf = (error: unknown): ErrorOrigin =>
  isObject(error) ? { serverMessage: serverMessages.get(error), statement: statements.get(error) } : {};

/** Listens where node-postgres reads the server's errors: at that moment nobody has changed them. */
export function rememberServerMessages(client: unknown): void {
  const protocol = isObject(client) ? client['connection'] : undefined;
  if (!isObject(protocol) || typeof protocol['on'] !== 'function') return;
  protocol['on']('errorMessage', (error: unknown) => {
    if (error instanceof Error) serverMessages.set(error, error.message);
  });
}

export function rememberStatements({ client }: KnexLike): void {
  client.on('query-error', (error, query) => {
    if (isObject(error) && isObject(query) && typeof query['sql'] === 'string') statements.set(error, query['sql']);
  });
}
