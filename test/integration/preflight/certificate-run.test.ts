import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { runCli } from '../../../src/cli/program.ts';
import { readCertificate } from '../../../src/preflight/certificate/read-certificate.ts';
import { aProject } from '../../helpers/project.ts';

const SOUND = { '1_a': ['create table a (id integer primary key)', 'drop table a'] } as const;
const UNSAFE = { '1_a': ['create table a (id integer primary key)', 'select 1 / 0'] } as const;

test('run --sign-key: the certificate is signed, and the key is in nothing that is written', async () => {
  using project = aProject({ migrations: SOUND });
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(project.folder, 'key.pem'), pem);
  writeFileSync(join(project.folder, 'key.pub.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
  const { code, said } = await pgrehearse(project.folder, ['run', '--sign-key', 'key.pem', '--out', 'out']);
  expect(code).toBe(0);

  const publicKeyPath = join(project.folder, 'key.pub.pem');
  const { signature, predicate } = await readCertificate(join(project.folder, 'out/certificate.json'), {
    publicKeyPath,
  });
  expect(signature).toMatchObject({ signed: true, verified: true });
  expect(predicate.verdict.outcome).toBe('safe');
  const secret = pem.split('\n')[1] ?? '';
  const written = readdirSync(join(project.folder, 'out')).map((name) =>
    readFileSync(join(project.folder, 'out', name), 'utf8'),
  );
  expect([said, ...written].filter((text) => text.includes(secret))).toEqual([]);
});

test('without a key it is a plain statement; an unsafe rehearsal has one, too', async () => {
  using project = aProject({ migrations: UNSAFE });
  const { code } = await pgrehearse(project.folder, ['run', '--out', 'out']);
  expect(code).toBe(1);
  const { signature, predicate } = await readCertificate(join(project.folder, 'out/certificate.json'));
  expect(signature.signed).toBe(false);
  expect(predicate.verdict).toMatchObject({ outcome: 'unsafe', errors: expect.any(Number) });
});

test('a key that cannot be used is said before anything is rehearsed', async () => {
  using project = aProject({ migrations: SOUND });
  const { code, said } = await pgrehearse(project.folder, ['run', '--sign-key', 'none.pem', '--out', 'out']);
  expect(code).toBe(2);
  expect(said).toContain('none.pem does not exist');
  expect(said).not.toContain('apply 1_a');
  expect(existsSync(join(project.folder, 'out'))).toBe(false);
});

async function pgrehearse(
  cwd: string,
  argv: readonly string[],
): Promise<{ readonly code: number; readonly said: string }> {
  let [code, said] = [0, ''];
  const say = (text: string): void => {
    said += text;
  };
  await runCli(argv, {
    out: say,
    err: say,
    setExitCode: (given) => {
      code = given;
    },
    env: process.env,
    cwd,
    outPaint: (_, text) => text,
    errPaint: (_, text) => text,
  });
  return { code, said };
}
