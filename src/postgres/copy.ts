import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { DatabaseError, Query } from 'pg';
import { from } from 'pg-copy-streams';
import type { Database } from './connect.ts';

/** What the server said about a statement that failed. */
export interface ServerError {
  readonly message: string;
  readonly sqlState: string;
  readonly severity: string;
  readonly detail?: string;
  /** Of the fault in the statement, in characters from 1. */
  readonly position?: number;
}

/** Absent: the connection broke, or the fault is not the server's. */
export function asServerError(thrown: unknown): ServerError | undefined {
  if (!(thrown instanceof DatabaseError) || thrown.code === undefined) return undefined;
  const { message, code: sqlState, severity = 'ERROR', detail, position } = thrown;
  return {
    message,
    sqlState,
    severity,
    ...(detail !== undefined && { detail }),
    ...(position !== undefined && { position: Number(position) }),
  };
}

/** Runs SQL given as bytes in the session's client_encoding, which the driver's own `query` cannot do. */
export function runBytes(database: Database, sql: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const query = new ByteQuery(sql);
    query.once('end', resolve).once('error', reject);
    // A statement may return millions of rows (`select setval(…)` per row does); without a listener they are kept.
    query.on('row', () => {});
    database.client.query(query);
  });
}

/** A `COPY … FROM STDIN` that takes its data as bytes, in the session's client_encoding. */
export interface CopyIn {
  /** Resolves when more may be written. Rejects once the server has refused. */
  write(data: Buffer): Promise<void>;
  /** Resolves when the rows are in. */
  finish(): Promise<void>;
  /** Takes the rows back. */
  cancel(): Promise<void>;
}

/** Rejects from `write` or `finish` with the driver's error when the server refuses statement or data. */
export function startCopy(database: Database, sql: Buffer): CopyIn {
  const query = from('');
  const submit = (connection: Socket): void => {
    // As the package's own `submit`, but for bytes.
    (query as unknown as { connection: Socket }).connection = connection;
    sendQuery(connection, sql);
  };
  const stream: Writable = database.client.query(Object.assign(query, { submit }));
  const done = finished(stream, { readable: false });
  // Looked at in `write` and `finish`; until then it must not count as unhandled.
  done.catch(() => {});
  // The package says 'error' without destroying the stream, and has no connection to write to from then on.
  let isOver = false;
  stream.once('error', () => {
    isOver = true;
    Object.assign(query, { chunks: [] });
  });
  const drained = (): Promise<void> => new Promise((resolve) => stream.once('drain', resolve));
  return {
    write: async (data) => {
      if (isOver || stream.destroyed) return done;
      if (!stream.write(data)) await Promise.race([drained(), done]);
    },
    finish: () => {
      if (!isOver) stream.end();
      return done;
    },
    cancel: async () => {
      if (!isOver) stream.destroy(new Error('cancelled'));
      await done.catch(() => {});
    },
  };
}

/** Ends a session at once, whatever it is doing; what waits for it rejects. */
export function abandon(database: Database): void {
  connectionOf(database).stream.destroy();
}

/** Warnings and notices of the server, as they come. */
export function onNotice(database: Database, listener: (notice: ServerError) => void): void {
  database.client.on('notice', ({ message, code = '', severity = '' }) => {
    listener({ message: message ?? '', sqlState: code, severity });
  });
}

interface Socket {
  readonly stream: { write(data: Buffer): boolean; destroy(): void };
}

const connectionOf = ({ client }: Database): Socket => (client as unknown as { connection: Socket }).connection;

class ByteQuery extends Query {
  constructor(sql: Buffer) {
    // The text is never sent; the driver refuses a query without one.
    super({ text: ' ' });
    this.submit = (connection: unknown) => sendQuery(connection as Socket, sql);
  }
}

function sendQuery({ stream }: Socket, sql: Buffer): void {
  const head = Buffer.alloc(HEAD_BYTES);
  head.write('Q');
  // The length counts itself and the closing zero, but not the letter.
  head.writeInt32BE(sql.length + HEAD_BYTES, 1);
  stream.write(Buffer.concat([head, sql, END]));
}

const HEAD_BYTES = 5;
const END = Buffer.alloc(1);
