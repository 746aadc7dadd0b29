import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { connect } from '../../src/postgres/connect.ts';
import type { EphemeralServer } from '../../src/server/provider.ts';

export function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'pipe' });
    return true;
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    process.stderr.write('Skipped: TLS with a server; there is no openssl to make certificates with.\n');
    return false;
  }
}

/**
 * Has the server speak TLS as `localhost`.
 *
 * @returns path of the certificate, its own authority
 */
export async function encrypt(server: EphemeralServer): Promise<string> {
  await using root = await connect(server.target('postgres').connectionString, { applicationName: 'test' });
  const [row] = await root.query<{ folder: string }>(`select current_setting('data_directory') as folder`);
  const { folder } = row ?? { folder: '' };
  const [key, certificate] = [join(folder, 'server.key'), join(folder, 'server.crt')];
  if (existsSync(certificate)) return certificate;
  const files = ['-keyout', key, '-out', certificate];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject], { stdio: 'pipe' });
  const { uid, gid } = statSync(folder);
  for (const file of [key, certificate]) chownSync(file, uid, gid);
  await root.script('alter system set ssl = on');
  await root.script('select pg_reload_conf()');
  for (let ssl = ''; ssl !== 'on';) ssl = (await root.query<{ ssl: string }>('show ssl'))[0]?.ssl ?? '';
  return certificate;
}
