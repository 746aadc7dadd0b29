import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { plainTarget } from '../../../src/cli/production-request.ts';
import type { LivingConfig } from '../../../src/config/load-config.ts';
import { recordedTerminal } from '../../helpers/recorded-terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'pgrehearse-root-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the root certificate', () => {
  const given = (sslRootCert: string) =>
    plainTarget(
      { preflight: { url: 'postgres://checker:secret@db.example.com/shop', sslRootCert } } as unknown as LivingConfig,
      recordedTerminal({ cwd: folder, env: {} }),
    );

  test('that is none is said before anybody connects', async () => {
    const path = join(folder, 'bad.pem');
    writeFileSync(path, '-----BEGIN nonsense');
    await expect(given(path)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `${path} holds no certificate in PEM.`,
    });
  });

  test('that is not there as well', async () => {
    await expect(given(join(folder, 'none.pem'))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
