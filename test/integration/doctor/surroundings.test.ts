import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startAwsServer } from '../../helpers/aws-server/index.ts';
import { aFolder, consult, type Consultation, pgrehearse, silentHost } from '../../helpers/doctor.ts';

async function consultAbout(
  config: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<Consultation> {
  using folder = aFolder({
    'pgrehearse.config.yaml': `${config}\n`,
    '1_a.up.sql': 'select 1;\n',
    '1_a.down.sql': 'select 1;\n',
  });
  const doctor = await consult([folder.path, '--migrations', folder.path, '--tool', 'sql', ...args], {
    env: { HOME: folder.path, AWS_EC2_METADATA_DISABLED: 'true', ...env },
  });
  return doctor;
}

describe('AWS', () => {
  test('says who we are, and is asked nothing else', async () => {
    await using aws = await startAwsServer();
    const doctor = await consultAbout('preflight: { aws: { region: eu-west-1 } }', aws.env);
    expect(doctor.line('aws', 'AWS SDK')).toMatchObject({ state: 'found', neededBy: 'preflight' });
    expect(doctor.line('aws', 'AWS credentials')).toMatchObject({
      state: 'found',
      detail: expect.stringMatching(/^arn:aws:/),
    });
    expect(aws.calls.map(({ action }) => action)).toEqual(['GetCallerIdentity']);
    expect(doctor.ready).toEqual({ run: true, preflight: true });
    expect(doctor.status).toBe(0);
  });

  test('without credentials', async () => {
    const doctor = await consultAbout('preflight: { aws: { region: eu-west-1 } }', {});
    expect(doctor.line('aws', 'AWS credentials')).toMatchObject({
      state: 'missing',
      detail: expect.stringContaining('no AWS credentials'),
      mend: expect.stringContaining('aws sso login'),
      neededBy: 'preflight',
    });
    expect(doctor.ready).toEqual({ run: true, preflight: false });
    expect(doctor.status).toBe(3);
  });

  test('that never says a word is given up', async () => {
    await using host = await silentHost();
    await using aws = await startAwsServer();
    const doctor = await consultAbout('preflight: { aws: { region: eu-west-1 } }', {
      ...aws.env,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${host.port}`,
    });
    expect(doctor.line('aws', 'AWS credentials')).toMatchObject({
      state: 'unknown',
      detail: expect.stringMatching(/no answer|timed out/),
    });
    expect(doctor.status).toBe(3);
  });

  test('is not asked without a section preflight, nor with `aws: off`; with --all it is, and is not needed', async () => {
    await using aws = await startAwsServer();
    const none = await consultAbout('rehearsal: { scope: all }', aws.env);
    const off = await consultAbout('preflight: { aws: off }', aws.env);
    expect([none.lines('aws'), off.lines('aws'), aws.calls]).toEqual([[], [], []]);
    const all = await consultAbout('rehearsal: { scope: all }', aws.env, ['--all']);
    expect(all.line('aws', 'AWS credentials').state).toBe('found');
    expect(all.lines('aws').filter(({ neededBy }) => neededBy !== undefined)).toEqual([]);
    // Nothing that costs is started.
    expect(aws.calls.filter(({ action }) => /^(Restore|Create|Modify|Delete)/.test(action))).toEqual([]);
    expect(all.status).toBe(0);
  });
});

test('what earlier runs left is listed by name and age, and nothing of it is shown or touched', async () => {
  using state = aFolder();
  mkdirSync(join(state.path, 'servers'));
  const kept = join(state.path, 'servers', '0123456789ab.json');
  writeFileSync(kept, '{ "server": { "details": { "password": "s3cret" } } }');
  utimesSync(kept, new Date(), new Date(Date.now() - 3 * 3_600_000));
  const drill = `drill-${'0a'.repeat(16)}`;
  writeFileSync(join(state.path, `${drill}.json`), '{}');
  const env = { PGREHEARSE_STATE_HOME: state.path };
  const doctor = await consult([], { env });
  expect(doctor.line('left-behind', 'kept server').detail).toMatch(/^0123456789ab, since 3 h 00 min/);
  expect(doctor.line('left-behind', 'restore drill')).toMatchObject({
    detail: expect.stringContaining(drill),
    mend: 'pgrehearse preflight --clean-up',
  });
  expect(doctor.out).not.toContain('s3cret');
  expect(doctor.status).toBe(0);
  const { out } = await pgrehearse(['doctor'], { env });
  expect(out).toContain('Left by earlier runs\n');
  expect(readdirSync(state.path).toSorted()).toEqual([`${drill}.json`, 'servers'].toSorted());
});
