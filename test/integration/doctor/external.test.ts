import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aFolder, closedPort, consult, type Consultation, silentHost } from '../../helpers/doctor.ts';
import { startSharedServer, type SharedServer } from '../../helpers/shared-server.ts';

let shared: SharedServer;
beforeAll(async () => {
  shared = await startSharedServer();
});
afterAll(() => shared[Symbol.asyncDispose]());

/** With `provider: external`, in a folder of its own. */
async function consultAbout(url: string, config = '', args: readonly string[] = []): Promise<Consultation> {
  using folder = aFolder({
    'pgrehearse.config.yaml': `server:\n  provider: external\n  url: \${SERVER_URL}\n${config}`,
    // A listing of the tool's has to succeed for the rest to be all that is looked at.
    'go.mod': 'github.com/golang-migrate/migrate/v4\n',
    '1_a.up.sql': 'select 1;\n',
    '1_a.down.sql': 'select 1;\n',
  });
  const doctor = await consult([folder.path, '--migrations', folder.path, '--tool', 'sql', ...args], {
    env: { SERVER_URL: url },
  });
  expect(doctor.out + doctor.err).not.toContain('s3cret');
  expect(doctor.out + doctor.err).not.toContain('wr0ng');
  return doctor;
}

describe('a server that works', () => {
  test('is tried, and all of it is gone', async () => {
    const before = await shared.inventory();
    const doctor = await consultAbout(shared.urlFor('maker'), '  production: [db.prod.internal]\n');
    expect(doctor.line('server external', 'tried')).toMatchObject({ state: 'found', neededBy: 'run' });
    expect(doctor.line('server external', 'CREATEDB').state).toBe('found');
    expect(doctor.line('server external', 'CREATEROLE').state).toBe('found');
    expect(doctor.line('server external', 'not production').state).toBe('found');
    expect(doctor.status).toBe(0);
    expect(await shared.inventory()).toEqual(before);
  });

  test('without rights beyond CREATEDB it is still enough, and what is lost is said', async () => {
    const doctor = await consultAbout(shared.urlFor('modest'));
    expect(doctor.line('server external', 'CREATEROLE')).toMatchObject({
      state: 'missing',
      mend: 'alter role "modest" createrole; -- by an administrator',
    });
    expect(doctor.line('server external', 'superuser').state).toBe('missing');
    expect(doctor.line('server external', 'TLS')).toMatchObject({ state: 'missing' });
    expect(doctor.line('server external', 'not production')).toMatchObject({ state: 'unknown' });
    expect(
      doctor
        .lines('server external')
        .filter(({ neededBy }) => neededBy)
        .map(({ name }) => name),
    ).toEqual(['tried']);
    expect(doctor.status).toBe(0);
  });
});

describe('a server that does not', () => {
  test('a role that may not create databases', async () => {
    const doctor = await consultAbout(shared.urlFor('powerless'));
    expect(doctor.line('server external', 'CREATEDB')).toMatchObject({
      state: 'missing',
      mend: 'alter role "powerless" createdb createrole; -- by an administrator',
      neededBy: 'run',
    });
    expect(doctor.line('server external', 'tried').state).toBe('missing');
    expect(doctor.status).toBe(3);
  });

  test('a wrong password', async () => {
    const doctor = await consultAbout(shared.urlFor('maker').replace('s3cret', 'wr0ng'));
    expect(doctor.line('server external', 'server')).toMatchObject({
      state: 'missing',
      detail: 'password authentication failed for user "maker"',
      mend: expect.stringContaining('server.url'),
      neededBy: 'run',
    });
    expect(doctor.status).toBe(3);
  });

  test('a closed port', async () => {
    const doctor = await consultAbout(`postgres://maker:s3cret@127.0.0.1:${await closedPort()}/postgres`);
    expect(doctor.line('server external', 'server')).toMatchObject({
      state: 'missing',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
    expect(doctor.status).toBe(3);
  });

  test('a host that never says a word is given up, and not tried', async () => {
    await using host = await silentHost();
    const doctor = await consultAbout(`postgres://maker:s3cret@127.0.0.1:${host.port}/postgres`);
    expect(doctor.line('server external', 'server')).toMatchObject({
      state: 'unknown',
      detail: 'no answer within 5 s',
    });
    expect(doctor.lines('server external').map(({ name }) => name)).not.toContain('tried');
    expect(doctor.status).toBe(3);
  });

  test('a name that nobody knows', async () => {
    const doctor = await consultAbout('postgres://maker:s3cret@no-such-host.invalid/postgres');
    expect(doctor.lines('server external')[0]).toMatchObject({ name: 'server' });
    expect(doctor.lines('server external')[0]?.state).not.toBe('found');
    expect(doctor.status).toBe(3);
  });

  test('production, by host and by system identifier', async () => {
    const byHost = await consultAbout(shared.urlFor('maker'), '  production: [localhost]\n');
    expect(byHost.line('server external', 'not production')).toMatchObject({ state: 'missing', neededBy: 'run' });
    const byIdentifier = await consultAbout(shared.urlFor('admin'), `  production: ["${shared.systemIdentifier}"]\n`);
    expect(byIdentifier.line('server external', 'not production')).toMatchObject({
      state: 'missing',
      detail: expect.stringContaining(shared.systemIdentifier),
      neededBy: 'run',
    });
    expect([byHost.status, byIdentifier.status]).toEqual([3, 3]);
    expect(byHost.line('server external', 'tried').state).toBe('missing');
  });

  test('no url', async () => {
    using folder = aFolder({ 'pgrehearse.config.yaml': 'server: { provider: external }\nmigrations: { tool: sql }\n' });
    const doctor = await consult([folder.path]);
    expect(doctor.line('server external', 'server.url')).toMatchObject({ state: 'missing', neededBy: 'run' });
    expect(doctor.status).toBe(3);
  });
});

describe('--all', () => {
  test('tries what is set up beside the provider in use, and its faults are no faults of this config', async () => {
    const works = await consultAbout(shared.urlFor('maker'), '', ['--provider', 'local', '--all']);
    expect(works.line('server external', 'tried').state).toBe('found');
    expect(works.line('server local', 'tried').state).toBe('found');
    const broken = await consultAbout(shared.urlFor('powerless'), '', ['--provider', 'local', '--all']);
    expect(broken.line('server external', 'CREATEDB')).toMatchObject({ state: 'missing' });
    expect(broken.lines('server external').map(({ name }) => name)).not.toContain('tried');
    expect([works.status, broken.status]).toEqual([0, 0]);
  });
});
