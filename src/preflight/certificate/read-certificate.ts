import { createHash, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { PgrehearseError } from '../../support/errors.ts';
import type { CertificateFacts, SignatureFacts } from '../facts/rehearsal.ts';
import { isSealedBy, type Envelope } from './envelope.ts';
import { keyIdOf, readPublicKey } from './keys.ts';
import { parseCertificate } from './parse-certificate.ts';

export interface CertificateOptions {
  /** Ed25519 in PEM. Absent: signatures are not looked at. */
  readonly publicKeyPath?: string;
}

/**
 * A wrong signature is a fact and no error: the pre-flight answers for it.
 *
 * @throws {PgrehearseError} `CERTIFICATE_UNREADABLE`, `KEY_UNREADABLE`
 */
export async function readCertificate(
  path: string,
  { publicKeyPath }: CertificateOptions = {},
): Promise<CertificateFacts> {
  const key = publicKeyPath === undefined ? undefined : await readPublicKey(publicKeyPath);
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new PgrehearseError('CERTIFICATE_UNREADABLE', `${path} ${REASONS[cause.code ?? ''] ?? 'cannot be read'}.`, {
      cause,
    });
  });
  const { statement, envelope } = parseCertificate(bytes.toString('utf8'), path);
  return {
    file: basename(path),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    signature: signatureOf(envelope, key),
    predicate: statement.predicate,
  };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder',
  EACCES: 'may not be read by this user',
};

const signatureOf = (envelope: Envelope | undefined, key: KeyObject | undefined): SignatureFacts => ({
  signed: envelope !== undefined && envelope.signatures.length > 0,
  keyIds: envelope?.signatures.flatMap(({ keyid }) => (keyid === undefined ? [] : [keyid])) ?? [],
  ...(key && { expectedKeyId: keyIdOf(key) }),
  verified: envelope !== undefined && key !== undefined && isSealedBy(envelope, key),
});
