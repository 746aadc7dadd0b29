import { randomBytes } from 'node:crypto';

import type { RDS } from '@aws-sdk/client-rds';

import type { Database } from '../../../postgres/connect.ts';
import { toError } from '../../../support/errors.ts';
import { redact } from '../../../support/redact.ts';
import { boundedBy, within, type Bounds } from '../writing/bounds.ts';
import { faultOf } from '../writing/fault.ts';
import { poll, type Look, type Pace, type Waited } from '../writing/poll.ts';
import { describeDatabase, type SeenDatabase } from './temporary.ts';

/** Where the restored server is and who may enter. The password is a secret. */
export interface DrillDoor {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | (() => Promise<string>);
}

export interface LogInOptions {
  readonly rds: RDS;
  /** Its own master password belongs to production; the temporary database gets one of its own. */
  readonly owner: Pick<SeenDatabase, 'kind' | 'id'>;
  readonly restored: SeenDatabase;
  readonly connect: (door: DrillDoor, signal: AbortSignal) => Promise<Database>;
  /** IAM authentication instead of a password. */
  readonly iam?: DrillIam;
  readonly bounds: Bounds;
  readonly pace: Pace;
  /** For one attempt to connect. */
  readonly attemptLimitMs?: number;
  readonly onStage: (stage: 'password' | 'connecting', status: string) => void;
}

export interface DrillIam {
  readonly user: string;
  readonly passwordAt: (at: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
  }) => () => Promise<string>;
}

export async function logIn(options: LogInOptions): Promise<Waited<Database>> {
  const { restored, iam } = options;
  const { address = '', port = 5432 } = restored;
  if (iam !== undefined) {
    const password = iam.passwordAt({ host: address, port, user: iam.user });
    return connectTo({ address, port, user: iam.user, password }, options);
  }
  const password = randomBytes(24).toString('base64url');
  const set = await setPassword(password, options);
  if (set.state !== 'ready') return set;
  return connectTo({ address, port, user: restored.masterUser ?? 'postgres', password }, options);
}

/** Asked for again until AWS takes it: right after a restore a database may not be ready to be modified. */
async function setPassword(
  password: string,
  { rds, owner: { kind, id }, bounds, pace, onStage }: LogInOptions,
): Promise<Waited<true>> {
  let isAsked = false;
  const ask = (abortSignal: AbortSignal): Promise<unknown> =>
    kind === 'cluster'
      ? rds.modifyDBCluster(
          { DBClusterIdentifier: id, MasterUserPassword: password, ApplyImmediately: true },
          { abortSignal },
        )
      : rds.modifyDBInstance(
          { DBInstanceIdentifier: id, MasterUserPassword: password, ApplyImmediately: true },
          { abortSignal },
        );
  const look = async (signal: AbortSignal): Promise<Look<true>> => {
    if (!isAsked) {
      const refused = await ask(signal).then(
        () => undefined,
        (error: unknown) => {
          if (faultOf(error) !== 'state') throw error;
          return 'cannot be modified yet';
        },
      );
      if (refused !== undefined) return { state: 'waiting', status: refused };
      isAsked = true;
    }
    const found = await describeDatabase(rds, kind, id, signal);
    if (found === undefined) return { state: 'absent' };
    return found.status === 'available' && !found.passwordPending
      ? { state: 'ready', value: true }
      : { state: 'waiting', status: found.status };
  };
  const waited = await poll(look, bounds, { pace, onWaiting: ({ status }) => onStage('password', status) });
  return waited.state === 'ready' ? waited : { ...waited, reason: `its password was not set: ${waited.reason}` };
}

/** Tried for a while: the new password and the new name take their time to be known everywhere. */
async function connectTo(door: DrillDoor, options: LogInOptions): Promise<Waited<Database>> {
  const { bounds, pace, onStage } = options;
  const look = async (): Promise<Look<Database>> => {
    try {
      return { state: 'ready', value: await connectOnce(door, options) };
    } catch (error) {
      return { state: 'waiting', status: withoutSecrets(toError(error).message, door) };
    }
  };
  const limited = boundedBy(Math.min(CONNECT_LIMIT_MS, bounds.limitMs), bounds.signal);
  const waited = await poll(look, limited, {
    pace: { ...pace, lastMs: Math.min(pace.lastMs, pace.firstMs) },
    onWaiting: ({ status }) => onStage('connecting', status),
  });
  if (waited.state === 'ready') return waited;
  const reason = `nobody could connect to ${door.address}:${door.port} as ${door.user}: ${waited.reason}`;
  return { state: bounds.ended() ?? 'timed-out', reason };
}

/**
 * The signal that `connect` gets ends the session as well, so it must outlive the attempt that succeeds. A session that opens
 * after its attempt was given up is closed.
 */
async function connectOnce(
  door: DrillDoor,
  { connect, bounds, attemptLimitMs = ATTEMPT_LIMIT_MS }: LogInOptions,
): Promise<Database> {
  const attempt = boundedBy(attemptLimitMs, bounds.signal);
  const givenUp = new AbortController();
  try {
    return await within(attempt, async () => {
      const database = await connect(door, AbortSignal.any([bounds.signal, givenUp.signal]));
      if (givenUp.signal.aborted) await close(database);
      return database;
    });
  } catch (error) {
    givenUp.abort();
    if (attempt.signal.aborted) throw new Error(`no answer within ${attemptLimitMs / 1000} s`, { cause: error });
    throw error;
  }
}

/** A server that no longer answers would hold up its own deletion. */
export const close = (database: Database): Promise<void> =>
  within(boundedBy(CLOSE_LIMIT_MS), async () => {
    await database[Symbol.asyncDispose]();
  }).catch(() => {});

const withoutSecrets = (message: string, { password }: DrillDoor): string => {
  const text = redact(message);
  return typeof password === 'string' ? text.replaceAll(password, '***') : text;
};

const CONNECT_LIMIT_MS = 10 * 60_000;
const ATTEMPT_LIMIT_MS = 30_000;
const CLOSE_LIMIT_MS = 5_000;
