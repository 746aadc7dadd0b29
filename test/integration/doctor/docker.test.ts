import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { aFolder, closedPort, consult, type Consultation, silentHost } from '../../helpers/doctor.ts';
import { dockerInventory, hasDocker, ownDockerScope, TEST_IMAGE } from '../../helpers/docker.ts';

/** With `provider: docker`, in a folder of its own. */
async function consultAbout(
  config: string,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<Consultation> {
  using folder = aFolder({
    'pgrehearse.config.yaml': `server: ${config}\n`,
    '1_a.up.sql': 'select 1;\n',
    '1_a.down.sql': 'select 1;\n',
  });
  return await consult([folder.path, '--migrations', folder.path, '--tool', 'sql', ...args], { env });
}

describe.runIf(hasDocker('doctor and Docker'))('an engine', () => {
  test('is tried with the image of the config, and nothing stays', async () => {
    using scope = ownDockerScope();
    const env = Object.fromEntries(Object.entries(scope.env).map(([name, value]) => [name, value ?? '']));
    const before = await dockerInventory();
    const doctor = await consultAbout(`{ provider: docker, image: ${TEST_IMAGE} }`, env, [
      '--backup',
      resolve('fixtures/backups/library.custom'),
    ]);
    expect(doctor.line('server docker', 'Docker Engine').state).toBe('found');
    expect(doctor.line('server docker', 'tried')).toMatchObject({
      state: 'found',
      detail: expect.stringMatching(/^PostgreSQL 15\.\d+ started/),
      neededBy: 'run',
    });
    expect(doctor.line('server docker', 'pg_restore of the server').state).toBe('found');
    expect(doctor.status).toBe(0);
    expect(await dockerInventory()).toEqual(before);
  });

  test('answers, and the image has a name that none can have', async () => {
    const doctor = await consultAbout('{ provider: docker, image: "Postgres:17" }');
    expect(doctor.line('server docker', 'Docker Engine').state).toBe('found');
    expect(doctor.line('server docker', 'Image')).toMatchObject({
      state: 'missing',
      detail: expect.stringContaining('Postgres:17 cannot be the name of an image') as string,
      mend: 'Check name and tag of `server.image`.',
    });
    expect(doctor.status).toBe(3);
  });

  test('whose pg_restore is too old for the archive, as that of this machine may be', async () => {
    using scope = ownDockerScope();
    const env = Object.fromEntries(Object.entries(scope.env).map(([name, value]) => [name, value ?? '']));
    const doctor = await consultAbout(`{ provider: docker, image: ${TEST_IMAGE}, postgresVersion: 15 }`, env, [
      '--backup',
      resolve('fixtures/backups/library.custom-17'),
    ]);
    const local = doctor.line('backup', 'pg_restore');
    expect(local.neededBy).toBe(local.state === 'found' ? 'run' : undefined);
    const line = doctor.line('server docker', 'pg_restore of the server');
    expect(line).toMatchObject({ state: 'missing', detail: expect.stringContaining('cannot read what pg_dump 17') });
    expect(line.neededBy).toBe(local.state === 'found' ? undefined : 'run');
    expect(doctor.status).toBe(local.state === 'found' ? 0 : 3);
  });

  test('without the image, which may not be pulled', async () => {
    const doctor = await consultAbout(
      '{ provider: docker, image: "no-such-image.invalid/postgres:15", docker: { pull: never } }',
    );
    expect(doctor.line('server docker', 'Image')).toMatchObject({ state: 'missing', neededBy: 'run' });
    expect(doctor.line('server docker', 'tried').state).toBe('missing');
    expect(doctor.status).toBe(3);
  });
});

describe('no engine', () => {
  test('at a closed port: needed where the config names Docker, else not', async () => {
    const env = { DOCKER_HOST: `tcp://127.0.0.1:${await closedPort()}` };
    const named = await consultAbout('{ provider: docker }', env);
    expect(named.line('server docker', 'Docker Engine')).toMatchObject({ state: 'missing', neededBy: 'run' });
    expect(named.status).toBe(3);
    const other = await consultAbout('{ provider: local }', env);
    expect(other.line('server docker', 'Docker Engine').state).toBe('missing');
    expect(other.lines('server docker').filter(({ neededBy }) => neededBy !== undefined)).toEqual([]);
    expect(other.status).toBe(0);
  });

  test('but a host that never says a word', async () => {
    await using host = await silentHost();
    const doctor = await consultAbout('{ provider: docker }', { DOCKER_HOST: `tcp://127.0.0.1:${host.port}` });
    expect(doctor.lines('server docker').some(({ state }) => state !== 'found')).toBe(true);
    expect(doctor.lines('server docker').at(-1)?.detail).toMatch(/no answer|did not answer|timed? ?out/i);
    expect(doctor.status).toBe(3);
  });
});
