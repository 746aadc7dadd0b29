import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { PgrehearseError } from '../../support/errors.ts';

/** @throws {PgrehearseError} `KEY_UNREADABLE` */
export const readSigningKey = (path: string): Promise<KeyObject> => readKey(path, 'a private', createPrivateKey);

/**
 * A private key is refused: whoever verifies has no need of it, and `createPublicKey` would take it.
 *
 * @throws {PgrehearseError} `KEY_UNREADABLE`
 */
export const readPublicKey = (path: string): Promise<KeyObject> =>
  readKey(path, 'a public', (pem) => {
    if (pem.includes('PRIVATE KEY')) throw new TypeError('it is a private key');
    return createPublicKey(pem);
  });

async function readKey(path: string, what: string, parse: (pem: string) => KeyObject): Promise<KeyObject> {
  const pem = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new PgrehearseError('KEY_UNREADABLE', `${path} ${REASONS[cause.code ?? ''] ?? 'cannot be read'}.`, { cause });
  });
  const key = parseKey(path, what, pem, parse);
  if (key.asymmetricKeyType !== 'ed25519') {
    const found = key.asymmetricKeyType ?? 'unknown';
    throw new PgrehearseError('KEY_UNREADABLE', `${path} holds a key of type ${found}, not ed25519.`);
  }
  return key;
}

function parseKey(path: string, what: string, pem: string, parse: (pem: string) => KeyObject): KeyObject {
  try {
    return parse(pem);
  } catch {
    // What the library says may quote the file.
    const encrypted = pem.includes('ENCRYPTED') ? '; one with a passphrase cannot be used' : '';
    throw new PgrehearseError('KEY_UNREADABLE', `${path} does not hold ${what} key in PEM${encrypted}.`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder',
  EACCES: 'may not be read by this user',
};

/** sha256 over the public key as DER (SubjectPublicKeyInfo), hex; also of a private key, whose public half it then is. */
export function keyIdOf(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}
