import type { Container } from './engine.ts';

/** The last lines of what a container said, without what an image says at every start. Empty when they cannot be had. */
export async function lastContainerLines(container: Container): Promise<string> {
  const said = await container.logs({ stdout: true, stderr: true, tail: 100 }).catch(() => Buffer.alloc(0));
  return withoutFrames(Buffer.from(said))
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !/ending log output|Future log output/.test(line))
    .slice(-LAST_LINES)
    .join('\n');
}

/**
 * Every piece of the log has 8 bytes before it: stream, three zeros, length.
 *
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
function withoutFrames(log: Buffer): string {
  const pieces: Buffer[] = [];
  let at = 0;
  while (at + 8 <= log.length) {
    const end = at + 8 + log.readUInt32BE(at + 4);
    pieces.push(log.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(pieces).toString('utf8');
}

const LAST_LINES = 12;
