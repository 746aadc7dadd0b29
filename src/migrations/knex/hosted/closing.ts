import type { KnexLike } from './knex-like.ts';

/** Whether the user's code has closed knex. After that knex cannot write its books, and some of its promises hang. */
export interface Closing {
  isClosed(): boolean;
  /** Resolves when it was closed, and knex has had the time to say what it thinks of that. */
  readonly closed: Promise<void>;
  /** New connections, as for another run of the tool. Not the user's doing. */
  reconnect(): Promise<void>;
}

/** @param onClosed told at once, when the user's code asks for it */
export function noticeClosing(knex: KnexLike, onClosed: () => void): Closing {
  const { client } = knex;
  const { destroy } = client;
  const isClosed = (): boolean => client.pool === undefined || client.pool.destroyed;
  const closed = new Promise<void>((tell) => {
    // Migrations have a copy of the client, with this very function and the same pool.
    client.destroy = function destroyAndTell(...args) {
      onClosed();
      setTimeout(() => isClosed() && tell(), PATIENCE_MS);
      return Reflect.apply(destroy, this, args);
    };
  });
  return {
    isClosed,
    closed,
    async reconnect() {
      await Reflect.apply(destroy, client, []);
      knex.initialize();
    },
  };
}

const PATIENCE_MS = 5_000;
