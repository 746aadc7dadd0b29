import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { findPassword } from '../../../src/postgres/password-file.ts';
import { parseProductionUrl, parseUrlOf } from '../../../src/postgres/production-target.ts';

beforeEach(() => {
  for (const name of ['PGSSLMODE', 'PGSSLROOTCERT', 'PGUSER', 'PGPASSWORD', 'PGPASSFILE']) vi.stubEnv(name, undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a URL', () => {
  test('names everything, percent-encoded where needed', () => {
    expect(parseProductionUrl('postgresql://me%40x:p%40ss%2Fw:rd@db.example:6432/my%20shop?sslmode=require')).toEqual({
      host: 'db.example',
      port: 6_432,
      database: 'my shop',
      user: 'me@x',
      password: 'p@ss/w:rd',
      tls: { mode: 'require' },
    });
  });

  test.each<[string, object]>([
    ['postgres://me@db', { port: 5_432, database: 'me', user: 'me', tls: { mode: 'prefer' } }],
    ['postgres://me@[::1]:1/x', { host: '::1', port: 1 }],
    ['postgres://me:pw@/x?host=/run/pg&port=7', { host: '/run/pg', port: 7, password: 'pw', tls: { mode: 'off' } }],
    ['postgres://%2Frun%2Fpg/x?user=me', { host: '/run/pg', user: 'me', database: 'x' }],
    ['postgres:///x?host=db&user=me&password=p%2B', { host: 'db', password: 'p+', database: 'x' }],
    ['postgres://db/x', { user: userInfo().username }],
    ['postgres://me@db/x?schema=public&connection_limit=5', { database: 'x', tls: { mode: 'prefer' } }],
    ['postgres://me@db/x?sslmode=disable', { tls: { mode: 'off' } }],
    ['postgres://me@db/x?sslmode=allow', { tls: { mode: 'prefer' } }],
    ['postgres://me@db/x?sslmode=verify-ca', { tls: { mode: 'verify-ca' } }],
    ['postgres://me@db/x?sslmode=no-verify', { tls: { mode: 'require' } }],
    ['postgres://me@db/x?ssl=true', { tls: { mode: 'verify-full' } }],
    ['postgres://me@db/x?sslmode=verify-full&sslrootcert=system', { tls: { mode: 'verify-full' } }],
  ])('%s', (url, expected) => {
    expect(parseProductionUrl(url)).toMatchObject(expected);
  });

  test.each([
    ['postgres:///x', /names no host/],
    ['postgres://me@/x', /names no host/],
    ['postgres://me:s3cret@a,b/x', /several hosts/],
    ['mysql://me:s3cret@db/x', /does not begin with/],
    ['host=db password=s3cret', /does not begin with/],
    ['postgres://me:s3cret#1@db/x', /cannot be read|names no host|percent/],
    ['postgres://me:s3cret%zz@db/x', /followed by two hexadecimal/],
    ['postgres://me:s3cret@db:70000/x', /cannot be read|port/],
    ['postgres://me:s3cret@db/x?port=0', /port/],
    ['postgres://me:s3cret@db/x?sslmode=full', /has the sslmode full; one of disable,/],
    ['postgres://me:s3cret@db/x?sslmod=verify-full', /parameter sslmod, which is not supported/],
    ['postgres://me:s3cret@db/x?sslrootcert=/nowhere.pem', /cannot be read: \/nowhere.pem/],
  ])('%s is refused, without its password in the message', (url, reason) => {
    expect(() => parseProductionUrl(url)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(() => parseProductionUrl(url)).toThrow(reason);
    expect(() => parseProductionUrl(url)).not.toThrow(/s3cret/);
  });

  test('the key that holds it is named, where a config may have several', () => {
    expect(() => parseUrlOf('server.url', 'mysql://me:s3cret@db/x')).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: 'The URL in server.url does not begin with postgres:// or postgresql://.',
        hint: expect.stringContaining('postgres://user') as string,
      }),
    );
  });

  test('what the caller says goes before the URL, and the URL before the environment', () => {
    vi.stubEnv('PGSSLMODE', 'verify-full');
    expect(parseProductionUrl('postgres://me@db/x').tls.mode).toBe('verify-full');
    expect(parseProductionUrl('postgres://me@db/x?sslmode=require').tls.mode).toBe('require');
    expect(parseProductionUrl('postgres://me@db/x?sslmode=require', { sslMode: 'verify-ca' }).tls.mode).toBe(
      'verify-ca',
    );
  });

  test('a root that is given is a root that is used', () => {
    const options = { sslRootCertificate: 'PEM' };
    expect(parseProductionUrl('postgres://me@db/x?sslmode=require', options).tls).toEqual({
      mode: 'verify-ca',
      rootCertificate: 'PEM',
    });
  });
});

describe('a password', () => {
  const account = { host: 'db', port: 5_432, database: 'x', user: 'me' };
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pgrehearse-pgpass-'));
    vi.stubEnv('PGPASSFILE', join(folder, 'pgpass'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (text: string, mode = 0o600): void => {
    writeFileSync(join(folder, 'pgpass'), text);
    chmodSync(join(folder, 'pgpass'), mode);
  };

  test('is the first that fits', async () => {
    write('# me\n\nother:*:*:*:no\ndb:5433:*:*:no\ndb:*:x:me:a\\:b\\\\c\n*:*:*:*:last\n');
    expect(await findPassword(account)).toBe('a:b\\c');
    expect(await findPassword({ ...account, user: 'you' })).toBe('last');
  });

  test('may hold a colon at its end of the line', async () => {
    write('*:*:*:*:a:b\n');
    expect(await findPassword(account)).toBe('a:b');
  });

  test('of localhost serves a socket', async () => {
    write('localhost:*:*:*:local\n');
    expect(await findPassword({ ...account, host: '/run/pg' })).toBe('local');
  });

  test('that others can read is not used; none is none', async () => {
    write('*:*:*:*:open\n', 0o644);
    expect(await findPassword(account)).toBeUndefined();
    rmSync(join(folder, 'pgpass'));
    expect(await findPassword(account)).toBeUndefined();
  });

  test('of the environment goes first', async () => {
    write('*:*:*:*:file\n');
    vi.stubEnv('PGPASSWORD', 'environment');
    expect(await findPassword(account)).toBe('environment');
  });
});
