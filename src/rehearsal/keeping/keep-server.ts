import { passwordLine } from '../../postgres/password-file.ts';
import type { DatabaseTarget, KeptServer } from '../../server/provider.ts';
import { toError } from '../../support/errors.ts';
import { redact } from '../../support/redact.ts';
import { type HeldServer, ofKept } from './filled-server.ts';
import type { KeptNotice } from './kept-notice.ts';
import type { KeepingCast } from './keeping-cast.ts';
import { removeKept } from './kept-lock.ts';
import type { KeptState, KeptStates } from './kept-state.ts';

interface Keeper extends KeepingCast {
  readonly states: KeptStates;
  /** Removed once another takes their place. */
  readonly outdated: readonly KeptState[];
  readonly isDone: boolean;
}

/** Lets go of a server so that it stays, and says where it is. One that cannot be kept is removed, which is said as well. */
export async function keepServer(keeper: Keeper, held: HeldServer): Promise<void> {
  const { states, isDone, onEvent } = keeper;
  const say = (text: string): void => onEvent({ kind: 'output', text: `${text}\n` });
  try {
    await letStay(states, held);
  } catch (error) {
    await states.remove(held.state.id);
    await held.remove();
    return say(`the server could not be kept and was removed: ${redact(toError(error).message)}`);
  }
  if (!isDone) return;
  for (const state of keeper.outdated) {
    const { what, removed, reason } = await removeKept(states, state, keeper, NEVER);
    say(removed ? `removed the ${what}` : `left the ${what}: ${reason}`);
  }
  onEvent({ kind: 'kept', ...noticeOf(states, held) });
}

/** What an earlier run left is removed also when this one has been interrupted: nothing of it is waited for long. */
const NEVER = new AbortController().signal;

async function letStay(states: KeptStates, held: HeldServer): Promise<void> {
  const { server, state } = held;
  if (!server.keep) throw new Error('the provider cannot keep it');
  // Known before it is kept: what nobody remembers would stay for ever.
  if (!ofKept(held)) await states.write(state);
  const remember = (kept: KeptServer): Promise<void> => states.write({ ...state, server: kept });
  await remember(await server.keep(states.pathOf(state.id), remember));
  const target = server.target(state.database);
  if (target.isShared !== true) await states.writePasswordFile(state.id, passwordLine(target.password));
  await held.lock?.[Symbol.asyncDispose]();
}

function noticeOf(states: KeptStates, { server, state }: HeldServer): KeptNotice {
  const { id, provider, database, pristine, restoredAt, origin } = state;
  const target = server.target(database);
  return {
    id,
    provider,
    database: target.database,
    pristine: pristine.name,
    restoredAt,
    psql: target.isShared === true ? [psqlUrl(target)] : psqlArguments(target, states.passwordFileOf(id)),
    isReusable: origin !== undefined,
  };
}

function psqlUrl({ connectionString }: DatabaseTarget): string {
  const url = new URL(connectionString);
  url.password = '';
  return url.href;
}

const psqlArguments = ({ host, port, user, database }: DatabaseTarget, passwordFile: string): readonly string[] => [
  `PGPASSFILE=${passwordFile}`,
  '-h',
  host,
  '-p',
  String(port),
  '-U',
  user,
  '-d',
  database,
];
