import { describe, expect, it, type TestContext } from 'vitest';

import { openAws } from '../../src/preflight/aws/clients.ts';
import { gatherAws } from '../../src/preflight/aws/gather-aws.ts';
import { PREFLIGHT_CHECKS } from '../../src/preflight/checks/index.ts';
import { someFacts } from '../helpers/preflight-facts.ts';
import { clientsOf } from './aws-emulator-clients.ts';
import { ONE, SNAP } from './aws-emulator-inputs.ts';
import { isMissing, startMoto, type Moto } from './aws-emulator-moto.ts';

/** moto answers some questions wrongly and some not at all: a pre-flight of it has to say so, whatever else it says. */
describe('A pre-flight that is pointed at moto', () => {
  it('passes nothing that moto does not tell', async (context) => {
    await using moto = await motoOr(context);
    const answers = await answersAbout(moto, 7);
    expect(Object.fromEntries(NOT_TOLD.map((id) => [id, answers[id]]))).toEqual(
      Object.fromEntries(NOT_TOLD.map((id) => [id, ['unknown']])),
    );
    expect(answers['aws-endpoint-custom']).toEqual(['fail']);
    expect(answers['point-in-time-window-short']).not.toContain('pass');
    expect(answers['aws-database-not-found']).toEqual(['pass']);
  });

  it('is not taken in by the restorable time of an instance without backups', async (context) => {
    await using moto = await motoOr(context);
    const answers = await answersAbout(moto, 0);
    expect(answers['automated-backups-off']).toEqual(['fail']);
    for (const id of NOT_TOLD) expect(answers[id], id).not.toContain('pass');
  });
});

/** Progress of snapshots, maintenance, quotas, certificates and metrics: fields and actions that moto does not have. */
const NOT_TOLD = [
  'snapshot-missing',
  'snapshot-stale',
  'snapshot-quota-reached',
  'maintenance-imminent',
  'aws-server-certificate-expires',
  'storage-low',
  'cpu-busy',
];

/** What each check says of an instance on moto that keeps its backups for so many days. */
async function answersAbout(moto: Moto, retentionDays: number): Promise<Record<string, string[]>> {
  const { rds } = clientsOf(moto.url);
  await rds.createDBInstance({ ...ONE, BackupRetentionPeriod: retentionDays });
  await rds.createDBSnapshot(SNAP);
  const { DBInstances: [instance] = [] } = await rds.describeDBInstances();
  using aws = await openAws({ region: 'eu-west-1' }, { ...KEYS, AWS_ENDPOINT_URL: moto.url });
  const policy = { allowCustomEndpoint: false, createSnapshot: false };
  const target = { host: instance?.Endpoint?.Address ?? '', port: 5432 };
  const gathered = await gatherAws(aws, target, policy, AbortSignal.timeout(120_000));
  const facts = { ...someFacts(), takenAt: new Date().toISOString(), aws: gathered, policy };
  return Object.fromEntries(
    PREFLIGHT_CHECKS.map((check) => [check.id, [...check.ask(facts, check.limits)].map(({ answer }) => answer)]),
  );
}

async function motoOr(context: TestContext): Promise<Moto> {
  const moto = await startMoto();
  return isMissing(moto) ? context.skip(moto.missing) : moto;
}

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'a-secret-of-nobody' };
