import { isObject } from '../messages.ts';

/** What a connection says of the session itself, not of the server: it changes how migrations behave. */
const SESSION_KEYS = [
  'options',
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'query_timeout',
  'parseInputDatesAsUTC',
  'types',
];

/** The rest of the user's connection (host, password, certificates) never leaves this function. */
export function sessionSettings(connection: unknown): Readonly<Record<string, unknown>> {
  // A connection given as a function fetches secrets, perhaps over the network; it is not called.
  const settings = typeof connection === 'string' ? parametersOf(connection) : connection;
  if (!isObject(settings)) return {};
  const url = settings['connectionString'];
  return {
    ...(typeof url === 'string' && sessionSettings(url)),
    ...Object.fromEntries(SESSION_KEYS.filter((key) => key in settings).map((key) => [key, settings[key]])),
  };
}

const parametersOf = (url: string): Readonly<Record<string, unknown>> =>
  Object.fromEntries(new URLSearchParams(url.split('?')[1] ?? ''));
