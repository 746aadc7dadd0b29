import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';

/** A name server on loopback that knows CNAMEs only, and a resolver that asks it. */
export async function startDnsServer(
  aliases: Readonly<Record<string, string>>,
): Promise<{ readonly resolver: Resolver; readonly asked: readonly string[] } & AsyncDisposable> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, { port, address }) => {
    const name = readName(query);
    asked.push(name);
    socket.send(answer(query, aliases[name]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    resolver,
    asked,
    async [Symbol.asyncDispose]() {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

const HEADER_BYTES = 12;
const CNAME = 5;

function readName(query: Buffer): string {
  const labels: string[] = [];
  for (let at = HEADER_BYTES; query[at] !== 0; at += 1 + (query[at] ?? 0)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + (query[at] ?? 0)));
  }
  return labels.join('.').toLowerCase();
}

/** As RFC 1035 has it: the question again, and one record that points back to its name. */
function answer(query: Buffer, target: string | undefined): Buffer {
  const questionEnd = query.indexOf(0, HEADER_BYTES) + 5;
  const header = Buffer.alloc(HEADER_BYTES);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(target === undefined ? 0x81_83 : 0x81_80, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(target === undefined ? 0 : 1, 6);
  const question = query.subarray(HEADER_BYTES, questionEnd);
  if (target === undefined) return Buffer.concat([header, question]);
  const name = Buffer.concat([
    ...target.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')])),
    Buffer.from([0]),
  ]);
  const record = Buffer.alloc(12);
  record.writeUInt16BE(0xc0_0c, 0);
  record.writeUInt16BE(CNAME, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(60, 6);
  record.writeUInt16BE(name.length, 10);
  return Buffer.concat([header, question, record, name]);
}
