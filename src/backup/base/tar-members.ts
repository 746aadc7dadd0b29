import { isEmptyBlock, paddedBytes, TAR_BLOCK_BYTES, type TarHeader, tarHeader } from '../tar-header.ts';

/** One file or folder of a tar archive that is read from its beginning to its end. */
export interface TarMember {
  /** Relative, with `/`, never out of the archive. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link';
  readonly bytes: number;
  /** May be read once, before the next member is asked for. */
  readonly content: AsyncIterable<Buffer>;
}

/** `fail` makes the error where the archive is damaged or ends too early; what it is told goes after "it". */
export async function* tarMembers(
  chunks: AsyncIterable<Buffer>,
  fail: (how: string) => Error,
): AsyncGenerator<TarMember> {
  const source = reader(chunks, fail);
  try {
    for (;;) {
      const block = await source.block();
      if (isEmptyBlock(block)) return;
      const header = tarHeader(block);
      if (header === undefined) throw fail(`has a damaged header at byte ${source.position() - TAR_BLOCK_BYTES}`);
      const end = source.position() + paddedBytes(header);
      const member = memberOf(header, source, fail);
      if (member) yield member;
      for await (const _ of source.bytes(end - source.position()));
    }
  } finally {
    await source.close();
  }
}

/** Undefined: says something of other members that nobody needs, such as their times. */
function memberOf(
  { name, bytes, type }: TarHeader,
  source: Reader,
  fail: (how: string) => Error,
): TarMember | undefined {
  if (type === 'x' || type === 'g') return undefined;
  const kind = KINDS[type];
  const path = name.replace(/^(?:\.\/)+/, '').replace(/\/$/, '');
  if (kind === undefined) throw fail(`holds ${JSON.stringify(name)}, which is neither a file nor a folder`);
  if (path === '' || path === '.') return undefined;
  if (path.split('/').some((part) => ['', '.', '..'].includes(part)) || path.includes('\\')) {
    throw fail(`holds ${JSON.stringify(name)}, which leads out of it`);
  }
  return { path, kind, bytes, content: source.bytes(bytes) };
}

const KINDS: Readonly<Record<string, TarMember['kind']>> = { '0': 'file', '5': 'folder', '2': 'link' };

interface Reader {
  position(): number;
  block(): Promise<Buffer>;
  bytes(amount: number): AsyncGenerator<Buffer>;
  close(): Promise<void>;
}

function reader(chunks: AsyncIterable<Buffer>, fail: (how: string) => Error): Reader {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  let position = 0;
  const take = async (most: number): Promise<Buffer> => {
    while (rest.length === 0) {
      const { done, value } = await iterator.next();
      if (done === true) throw fail('is cut short');
      rest = value;
    }
    const taken = rest.subarray(0, most);
    rest = rest.subarray(taken.length);
    position += taken.length;
    return taken;
  };
  async function* bytes(amount: number): AsyncGenerator<Buffer> {
    for (let left = amount; left > 0;) {
      const taken = await take(left);
      left -= taken.length;
      yield taken;
    }
  }
  return {
    position: () => position,
    bytes,
    block: async () => {
      const pieces: Buffer[] = [];
      for await (const piece of bytes(TAR_BLOCK_BYTES)) pieces.push(piece);
      return pieces.length === 1 ? (pieces[0] ?? rest) : Buffer.concat(pieces);
    },
    close: async () => {
      await iterator.return?.();
    },
  };
}
