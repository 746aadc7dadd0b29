import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { certificateText } from '../../../../src/preflight/certificate/certificate-text.ts';
import { readSigningKey } from '../../../../src/preflight/certificate/keys.ts';
import { readCertificate } from '../../../../src/preflight/certificate/read-certificate.ts';
import { aPredicate } from '../../../helpers/certificates.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgrehearse-certificate-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const keys = generateKeyPairSync('ed25519');
const others = generateKeyPairSync('ed25519');

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const publicPem = (key: KeyObject): string => write('public.pem', String(key.export({ type: 'spki', format: 'pem' })));
const privatePem = (key: KeyObject): string =>
  write('private.pem', String(key.export({ type: 'pkcs8', format: 'pem' })));

const read = (text: string, key?: KeyObject) =>
  readCertificate(write('certificate.json', text), key ? { publicKeyPath: publicPem(key) } : {});

describe('a certificate', () => {
  test('comes back as it was written, signed or not', async () => {
    const plain = await read(certificateText(aPredicate()));
    expect(plain).toMatchObject({ file: 'certificate.json', predicate: aPredicate() });
    expect(plain.signature).toEqual({ signed: false, keyIds: [], verified: false });
    expect(plain.sha256).toBe(createHash('sha256').update(certificateText(aPredicate())).digest('hex'));
    const signed = await read(certificateText(aPredicate(), keys.privateKey));
    expect(signed.predicate).toEqual(aPredicate());
    expect(signed.signature).toMatchObject({ signed: true, verified: false });
  });

  test('is verified with the key that signed it, and with no other', async () => {
    const text = certificateText(aPredicate(), keys.privateKey);
    expect((await read(text, keys.publicKey)).signature).toMatchObject({ signed: true, verified: true });
    const { signature } = await read(text, others.publicKey);
    expect(signature).toMatchObject({ signed: true, verified: false });
    expect(signature.keyIds).not.toContain(signature.expectedKeyId);
  });

  test('that was changed after it had been signed is not verified', async () => {
    const envelope = JSON.parse(certificateText(aPredicate(), keys.privateKey)) as { payload: string };
    const statement = Buffer.from(envelope.payload, 'base64')
      .toString('utf8')
      .replace('"outcome": "safe"', '"outcome": "unsafe"');
    const forged = JSON.stringify({ ...envelope, payload: Buffer.from(statement).toString('base64') });
    const { predicate, signature } = await read(forged, keys.publicKey);
    expect(predicate.verdict.outcome).toBe('unsafe');
    expect(signature).toMatchObject({ signed: true, verified: false });
  });

  test('that only claims the key in its id is not verified', async () => {
    const envelope = JSON.parse(certificateText(aPredicate(), others.privateKey)) as { signatures: { sig: string }[] };
    const mine = JSON.parse(certificateText(aPredicate(), keys.privateKey)) as { signatures: { keyid: string }[] };
    const signatures = [{ keyid: mine.signatures[0]?.keyid, sig: envelope.signatures[0]?.sig }];
    expect((await read(JSON.stringify({ ...envelope, signatures }), keys.publicKey)).signature.verified).toBe(false);
    expect((await read(JSON.stringify({ ...envelope, signatures: [] }), keys.publicKey)).signature).toMatchObject({
      signed: false,
      verified: false,
    });
  });

  test.each([
    ['', 'is empty'],
    ['{', 'is not JSON'],
    ['[]', 'the document: expected an object, found a list'],
    [JSON.stringify({ payload: 7 }), 'payload: expected base64, found 7'],
    [JSON.stringify({ payloadType: 'application/vnd.in-toto+json', payload: '', signatures: [] }), 'the payload of'],
    [
      certificateText({ ...aPredicate(), durationMs: null as never }),
      'predicate.durationMs: expected a number, found null',
    ],
    [
      certificateText(aPredicate()).replace('Statement/v1', 'Statement/v0.1'),
      '_type: expected "https://in-toto.io/Statement/v1"',
    ],
    [certificateText(aPredicate()).replace(/"name": "0002_items"/, '"name": "other"'), 'subject does not list'],
    [certificateText(aPredicate()).replace('0123456789abcdef', '0123456789abcdee'), 'predicate.schema.before.sha256'],
  ])('that is none is refused by path: %#', async (text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'CERTIFICATE_UNREADABLE',
      message: expect.stringContaining(message),
    });
  });
});

describe('a key', () => {
  test.each([
    ['nothing', undefined, 'does not exist'],
    ['not a key', 'secret text', 'does not hold a private key in PEM'],
    [
      'an RSA key',
      String(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' })),
      'of type rsa',
    ],
    ['a public key', String(keys.publicKey.export({ type: 'spki', format: 'pem' })), 'does not hold a private key'],
    [
      'one with a passphrase',
      String(keys.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })),
      'one with a passphrase cannot be used',
    ],
  ])('to sign with: %s is refused, and not quoted', async (_, text, message) => {
    const path = text === undefined ? join(folder, 'none.pem') : write('key.pem', text);
    const refusal = readSigningKey(path);
    await expect(refusal).rejects.toMatchObject({ code: 'KEY_UNREADABLE', message: expect.stringContaining(message) });
    await expect(refusal).rejects.not.toMatchObject({ message: expect.stringContaining(text ?? 'never') });
  });

  test('to verify with must not be the private one', async () => {
    write('certificate.json', certificateText(aPredicate()));
    const verifying = readCertificate(join(folder, 'certificate.json'), { publicKeyPath: privatePem(keys.privateKey) });
    await expect(verifying).rejects.toMatchObject({ code: 'KEY_UNREADABLE' });
  });
});

describe('openssl alone', () => {
  const openssl = (...args: readonly string[]): string =>
    execFileSync('openssl', args, { cwd: folder, encoding: 'utf8' });

  test('makes the keys and verifies the signature, as docs/certificate.md says', async () => {
    openssl('genpkey', '-algorithm', 'ed25519', '-out', 'key.pem');
    openssl('pkey', '-in', 'key.pem', '-pubout', '-out', 'key.pub.pem');
    write('certificate.json', certificateText(aPredicate(), await readSigningKey(join(folder, 'key.pem'))));
    write('verify.sh', documentedVerification());
    const verifying = () => spawnSync('sh', ['verify.sh'], { cwd: folder, encoding: 'utf8' });
    expect(verifying()).toMatchObject({ status: 0, stdout: 'Signature Verified Successfully\n' });

    const envelope = JSON.parse(readFileSync(join(folder, 'certificate.json'), 'utf8')) as { payload: string };
    const altered = Buffer.from(envelope.payload, 'base64').toString('utf8').replace('safe', 'Safe');
    write('certificate.json', JSON.stringify({ ...envelope, payload: Buffer.from(altered).toString('base64') }));
    expect(verifying()).toMatchObject({ status: 1, stdout: 'Signature Verification Failure\n' });
  });

  test('gives the key id', async () => {
    const path = publicPem(keys.publicKey);
    openssl('pkey', '-pubin', '-in', path, '-outform', 'DER', '-out', 'key.der');
    const digest = createHash('sha256')
      .update(readFileSync(join(folder, 'key.der')))
      .digest('hex');
    const { signature } = await readCertificate(write('c.json', certificateText(aPredicate(), keys.privateKey)), {
      publicKeyPath: path,
    });
    expect(signature).toMatchObject({ expectedKeyId: digest, keyIds: [digest], verified: true });
    expect(createPublicKey(readFileSync(path)).asymmetricKeyType).toBe('ed25519');
  });
});

/** The block of shell in the page that verifies. */
function documentedVerification(): string {
  const page = readFileSync('docs/certificate.md', 'utf8');
  const block = [...page.matchAll(/^```sh\n([^]*?)^```/gm)]
    .map(([, text = '']) => text)
    .find((text) => text.includes('-rawin'));
  if (block === undefined) throw new Error('docs/certificate.md does not say how to verify');
  return block;
}
