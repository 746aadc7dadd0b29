import { sign, verify, type KeyObject } from 'node:crypto';
import { keyIdOf } from './keys.ts';

/** https://github.com/secure-systems-lab/dsse/blob/master/envelope.md */
export interface Envelope {
  readonly payloadType: string;
  /** base64 of the statement's bytes, which are what is signed. */
  readonly payload: string;
  readonly signatures: readonly Signature[];
}

export interface Signature {
  readonly keyid?: string;
  /** base64 */
  readonly sig: string;
}

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

export function seal(payload: Buffer, key: KeyObject): Envelope {
  const signature = sign(undefined, preAuthenticationEncoding(PAYLOAD_TYPE, payload), key);
  return {
    payloadType: PAYLOAD_TYPE,
    payload: payload.toString('base64'),
    signatures: [{ keyid: keyIdOf(key), sig: signature.toString('base64') }],
  };
}

/** Whether one of the signatures is of this key. What a signature says of its key is a hint and decides nothing. */
export function isSealedBy({ payloadType, payload, signatures }: Envelope, key: KeyObject): boolean {
  const signed = preAuthenticationEncoding(payloadType, Buffer.from(payload, 'base64'));
  return signatures.some(({ sig }) => verify(undefined, signed, key, Buffer.from(sig, 'base64')));
}

/** https://github.com/secure-systems-lab/dsse/blob/master/protocol.md: lengths are of bytes. */
const preAuthenticationEncoding = (type: string, payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload]);
