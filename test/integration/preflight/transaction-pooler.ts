import { connect, createServer, type Socket } from 'node:net';

export interface TransactionPooler extends AsyncDisposable {
  readonly port: number;
  /** The only value of a query's only row, from each of the server's sessions. */
  askEach(sql: string): Promise<readonly string[]>;
}

/**
 * What pgbouncer does in transaction mode, and nothing more: two sessions with the server, and each transaction of a client
 * goes to the other one. The server must let everybody in (trust). One client at a time.
 */
export async function startTransactionPooler(options: {
  readonly port: number;
  readonly user: string;
  readonly database: string;
}): Promise<TransactionPooler> {
  const sessions = [await openSession(options), await openSession(options)];
  const server = createServer((client) => serve(client, sessions));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    askEach: (sql) => Promise.all(sessions.map((session) => askOne(session, sql))),
    [Symbol.asyncDispose]: async () => {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}

function serve(client: Socket, sessions: readonly Socket[]): void {
  let turn = 0;
  let current: Socket | undefined;
  let greeted = false;
  let pending = Buffer.alloc(0);
  client.on('error', () => {});
  client.on('data', (data: Buffer) => {
    if (!greeted) {
      greeted = true;
      client.write(GREETING);
      return;
    }
    // X: the client says goodbye, to us and not to the session.
    if (data[0] === 'X'.charCodeAt(0)) {
      client.end();
      return;
    }
    if (current === undefined) {
      const session = sessions[turn % sessions.length]!;
      turn += 1;
      current = session;
      pending = Buffer.alloc(0);
      session.removeAllListeners('data');
      session.on('data', (answer: Buffer) => {
        client.write(answer);
        pending = Buffer.concat([pending, answer]);
        if (isBetweenTransactions(pending)) current = undefined;
      });
    }
    current.write(data);
  });
}

/** The last whole message is ReadyForQuery, outside of a transaction. */
function isBetweenTransactions(messages: Buffer): boolean {
  return messages.subarray(-6).equals(READY);
}

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.write(type, 0);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};

const READY = message('Z', Buffer.from('I'));

/** AuthenticationOk, and a key that belongs to no process of the server. */
const GREETING = Buffer.concat([
  message('R', Buffer.alloc(4)),
  message('S', Buffer.from('client_encoding\0UTF8\0')),
  message('K', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])),
  READY,
]);

function openSession({ port, user, database }: { port: number; user: string; database: string }): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', reject);
    const body = Buffer.from(`\0\x03\0\0user\0${user}\0database\0${database}\0\0`, 'latin1');
    const length = Buffer.alloc(4);
    length.writeInt32BE(body.length + 4);
    socket.write(Buffer.concat([length, body]));
    let received = Buffer.alloc(0);
    socket.on('data', (data: Buffer) => {
      received = Buffer.concat([received, data]);
      if (received[0] === 'E'.charCodeAt(0)) reject(new Error(received.toString('latin1')));
      if (isBetweenTransactions(received)) resolve(socket);
    });
  });
}

function askOne(session: Socket, sql: string): Promise<string> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    session.removeAllListeners('data');
    session.on('data', (data: Buffer) => {
      received = Buffer.concat([received, data]);
      if (!isBetweenTransactions(received)) return;
      // DataRow: type, length, one column, its length, its text.
      const row = received.indexOf('D', received.readInt32BE(1));
      resolve(received.subarray(row + 11, row + 11 + received.readInt32BE(row + 7)).toString());
    });
    session.write(message('Q', Buffer.from(`${sql}\0`)));
  });
}
