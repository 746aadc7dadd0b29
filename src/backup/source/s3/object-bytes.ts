import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { GetObjectCommandInput, GetObjectCommandOutput, S3 } from '@aws-sdk/client-s3';
import { PgrehearseError, toError } from '../../../support/errors.ts';
import { redact } from '../../../support/redact.ts';
import { untilAborted } from '../../../support/until-aborted.ts';
import { explainS3Failure, isPassing } from './explain-s3-failure.ts';
import { checksumOf } from './object-checksum.ts';

export interface S3Object {
  readonly client: S3;
  readonly address: string;
  readonly input: GetObjectCommandInput;
  readonly patience?: Patience;
}

/** How long a connection may rest, and how long is waited before the next; tests shorten both. */
export interface Patience {
  readonly idleMs: number;
  /** Before the second try; doubled for each one after it. */
  readonly pauseMs: number;
}

const PATIENCE: Patience = { idleMs: 60_000, pauseMs: 500 };

/** An object whose bytes have begun to come. */
export interface OpenedObject {
  readonly bytes: number;
  /** All of it, across as many connections as it takes; checked against length and checksum at its end. */
  readonly chunks: AsyncGenerator<Buffer>;
}

/** @throws {PgrehearseError} `BACKUP_NOT_FOUND`, `BACKUP_UNREADABLE`, `AWS_UNAVAILABLE` */
export async function openObject(object: S3Object, signal: AbortSignal): Promise<OpenedObject> {
  const answer = await ask(object, object.input, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    throw explainS3Failure(error, object.address);
  });
  const { ContentLength: bytes } = answer;
  if (bytes === undefined) throw unreadable(object.address, 'S3 does not say how long it is');
  return { bytes, chunks: checked(object, answer, bytes, signal) };
}

async function* checked(
  object: S3Object,
  first: GetObjectCommandOutput,
  bytes: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const checksum = checksumOf(first);
  let doneBytes = 0;
  for await (const chunk of resumed(object, first, bytes, signal)) {
    doneBytes += chunk.length;
    checksum?.sum.update(chunk);
    yield chunk;
  }
  if (doneBytes !== bytes) throw unreadable(object.address, `${doneBytes} bytes came of ${bytes}`);
  if (checksum && checksum.sum.digest().toString('base64') !== checksum.expected) {
    throw unreadable(object.address, `what came does not have the ${checksum.algorithm} checksum that S3 keeps of it`);
  }
}

/** Goes on where a connection was lost, in the same object only. */
async function* resumed(
  object: S3Object,
  first: GetObjectCommandOutput,
  bytes: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const { idleMs, pauseMs } = object.patience ?? PATIENCE;
  let doneBytes = 0;
  let inVain = 0;
  for (let answer: GetObjectCommandOutput | undefined = first; ;) {
    const from = doneBytes;
    let lost: unknown = new Error('the connection was closed');
    try {
      answer ??= await ask(object, rest(object, first, doneBytes), signal);
      assertFrom(object, answer, doneBytes);
      for await (const chunk of bodyOf(streamOf(object, answer), idleMs, signal)) {
        doneBytes += chunk.length;
        yield chunk;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error)) throw explainS3Failure(error, object.address);
      lost = error;
    }
    if (doneBytes >= bytes) return;
    answer = undefined;
    inVain = doneBytes - from >= WORTH_IT_BYTES ? 0 : inVain + 1;
    if (inVain > MOST_IN_VAIN) throw lostForGood(object.address, lost);
    if (inVain > 0) await delay(pauseMs * 2 ** (inVain - 1), undefined, { signal });
  }
}

/** A connection that brought this much was none in vain. */
const WORTH_IT_BYTES = 1_048_576;
const MOST_IN_VAIN = 6;

/** `If-Match`: what is there by now may be another upload. */
const rest = ({ input }: S3Object, { ETag }: GetObjectCommandOutput, doneBytes: number): GetObjectCommandInput => ({
  ...input,
  Range: `bytes=${doneBytes}-`,
  ...(ETag !== undefined && { IfMatch: ETag }),
});

function assertFrom({ address }: S3Object, { ContentRange }: GetObjectCommandOutput, doneBytes: number): void {
  const from = /^bytes (\d+)-/.exec(ContentRange ?? '')?.[1] ?? '0';
  if (Number(from) !== doneBytes) throw unreadable(address, `S3 went on at byte ${from}, not at ${doneBytes}`);
}

/** The SDK does not look at the signal while it waits for its next attempt. */
const ask = (
  { client }: S3Object,
  input: GetObjectCommandInput,
  signal: AbortSignal,
): Promise<GetObjectCommandOutput> => untilAborted(client.getObject(input, { abortSignal: signal }), signal);

function streamOf({ address }: S3Object, { Body: body }: GetObjectCommandOutput): Readable {
  if (body instanceof Readable) return body;
  throw unreadable(address, 'this version of the AWS SDK gives no stream as we know it');
}

async function* bodyOf(body: Readable, idleMs: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  const stop = (): void => void body.destroy(toError(signal.reason));
  const rested = (): void => void body.destroy(new Error(`nothing came for ${idleMs / 1_000} s`));
  signal.addEventListener('abort', stop, { once: true });
  let timer = setTimeout(rested, idleMs);
  try {
    if (signal.aborted) stop();
    for await (const chunk of body) {
      clearTimeout(timer);
      if (Buffer.isBuffer(chunk)) yield chunk;
      timer = setTimeout(rested, idleMs);
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    body.destroy();
  }
}

const lostForGood = (address: string, cause: unknown): PgrehearseError =>
  new PgrehearseError(
    'AWS_UNAVAILABLE',
    `The connection to S3 was lost again and again while ${address} was read: ${redact(toError(cause).message)}.`,
    { cause, hint: 'Nothing was rehearsed. Try again when the network is well.' },
  );

const unreadable = (address: string, why: string): PgrehearseError =>
  new PgrehearseError('BACKUP_UNREADABLE', `${address} cannot be used: ${why}.`, {
    hint: 'Run it again; if that is the same, upload the backup again. Nothing was rehearsed.',
  });
