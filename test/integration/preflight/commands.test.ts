import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { ACTIONS_OF_INSTANCE } from '../../helpers/aws-reading.ts';
import { aProductionRig, RELEASE, type ProductionRig } from '../../helpers/production-rig.ts';

let rig: ProductionRig;

beforeAll(async () => {
  rig = await aProductionRig();
});
afterAll(() => rig[Symbol.asyncDispose]());
afterEach(() => rig.aws.clearFaults());

const PREFLIGHT = ['preflight', '--allow-custom-endpoint'];

interface Document {
  readonly verdict: { readonly outcome: string; readonly notJudged: readonly { check: string; reason: string }[] };
  readonly answers: readonly { readonly check: string; readonly answer: string; readonly message: string }[];
  readonly receipt: Readonly<Record<string, unknown>>;
}

const documentOf = (out: string): Document => JSON.parse(out) as Document;

/** `fail schema-drift`: everything that is not well, in the order of the report. */
const complaints = (out: string): string[] =>
  documentOf(out)
    .answers.filter(({ answer }) => !['pass', 'skipped'].includes(answer))
    .map(({ check, answer }) => `${answer} ${check}`);

/** What a loopback AWS and a backup without a date cost in every run here. */
const USUAL = ['warn aws-endpoint-custom', 'warn rehearsed-backup-stale'];

describe('a production that is as it should be', () => {
  test('may be migrated; only questions are asked, two at a time', async () => {
    const before = rig.aws.calls.length;
    const { status, out, err } = await rig.run([...PREFLIGHT, '--json']);
    expect(complaints(out)).toEqual(USUAL);
    expect({ status, outcome: documentOf(out).verdict.outcome }).toEqual({ status: 0, outcome: 'safe' });
    const calls = rig.aws.calls.slice(before).map(({ action }) => action);
    expect(calls.filter((action) => !/^(?:Describe|Get|List)/.test(action))).toEqual([]);
    expect(rig.aws.mostInFlight).toBeLessThanOrEqual(2);
    expect(out + err + rig.file('preflight.json') + rig.file('receipt.json')).not.toMatch(
      /checker:|a-secret-of-nobody/,
    );
  });

  test('leaves a receipt that names the database and the way back', async () => {
    await rig.run(PREFLIGHT);
    const receipt = JSON.parse(rig.file('receipt.json')) as Readonly<Record<string, string>>;
    expect(receipt).toMatchObject({
      outcome: 'safe',
      account: '123456789012',
      resource: { resourceId: 'db-SHOPXXXXXXXXXXXXXXXXXXXXXX' },
      snapshot: { id: 'shop-before-release' },
      pending: Object.keys(RELEASE),
    });
    expect(Number(receipt['rpoSeconds'])).toBeGreaterThan(100);
    expect(Date.parse(receipt['validUntil'] ?? '') - Date.parse(receipt['issuedAt'] ?? '')).toBe(15 * 60_000);
  });

  test('gets a checklist with a line for every answer', async () => {
    const { status, out } = await rig.run([...PREFLIGHT, '--markdown']);
    expect(status).toBe(0);
    expect(out).toBe(rig.file('preflight.md'));
    for (const title of ['Environment', 'Backup', 'Migration tests', 'Rollback tests', 'Live database']) {
      expect(out).toMatch(new RegExp(`^### ${title}\\n\\n- \\[x\\] .*\`[a-z-]+\`: .`, 'm'));
    }
    expect(out).not.toContain('- [ ]');
  });
});

describe('an endpoint that is not of AWS', () => {
  test('fails unless it is allowed', async () => {
    const { status, out } = await rig.run(['preflight', '--json']);
    expect(complaints(out)).toEqual(['fail aws-endpoint-custom', 'warn rehearsed-backup-stale']);
    expect(status).toBe(1);
  });
});

const KINDS = ['accessDenied', 'throttle', 'error500', 'hang', 'cut', 'malformed', 'expiredToken', 'html503'] as const;

describe('a question that AWS does not answer', () => {
  test('is one of those listed here', async () => {
    const before = rig.aws.calls.length;
    await rig.run(PREFLIGHT);
    expect([...new Set(rig.aws.calls.slice(before).map(({ action }) => action))].toSorted()).toEqual(
      ACTIONS_OF_INSTANCE,
    );
  });

  test.each(ACTIONS_OF_INSTANCE)('%s: never a pass, whatever goes wrong', async (action) => {
    const answers = await Promise.all(
      KINDS.map(async (kind) => {
        await using aws = await rig.anotherAws();
        aws.fault({ action, kind });
        const { status, out } = await rig.run([...PREFLIGHT, '--json', '--out', `out-${kind}`], aws.env);
        return { kind, status, complaints: complaints(out).filter((line) => !USUAL.includes(line)) };
      }),
    );
    expect(answers.filter(({ status }) => status !== 1 && status !== 3)).toEqual([]);
    expect(answers.filter((answer) => answer.complaints.length === 0)).toEqual([]);
  });

  test('is accepted only by name and with a reason, and stays visible', async () => {
    await using waiving = await aProductionRig(
      'waivers:\n  - { check: backup-trouble-recently, reason: events are nobody’s here }\n',
    );
    waiving.aws.fault({ action: 'DescribeEvents', kind: 'accessDenied' });
    const { status, out } = await waiving.run([...PREFLIGHT, '--json']);
    expect(complaints(out)).toContain('unknown backup-trouble-recently');
    expect(status).toBe(0);
    expect(waiving.file('preflight.md')).toContain('events are nobody’s here');
  });
});

describe('--create-snapshot', () => {
  const ours = () => rig.aws.world.snapshots.filter(({ DBSnapshotIdentifier: id }) => id?.startsWith('pgrehearse-'));

  test('counts on the snapshot of this run', async () => {
    const { status, out } = await rig.run([...PREFLIGHT, '--create-snapshot', '--json']);
    expect(complaints(out)).toEqual(USUAL);
    expect(status).toBe(0);
    expect(documentOf(out).receipt['snapshot']).toMatchObject({ id: ours().at(-1)?.DBSnapshotIdentifier });
  });

  test.each(['accessDenied', 'error500', 'expiredToken', 'malformed', 'cut', 'hang', 'lostResponse'] as const)(
    '%s: what may have been made is named, and only a finished one passes',
    async (kind) => {
      const before = ours().length;
      rig.aws.fault({ action: 'CreateDBSnapshot', kind });
      const { status, out } = await rig.run([...PREFLIGHT, '--create-snapshot', '--json']);
      const made = ours().slice(before);
      const unnamed = made.filter(({ DBSnapshotIdentifier: id = '' }) => !out.includes(id));
      const finished = made.filter(({ Status }) => Status === 'available').length;
      expect({ unnamed, passes: status === 0 }).toEqual({ unnamed: [], passes: status === 0 && finished === 1 });
      expect([0, 1, 3]).toContain(status);
    },
  );

  test('that ends as failed is no backup, though an older one is there', async () => {
    rig.aws.world.nextSnapshotFails = true;
    const { status, out } = await rig.run([...PREFLIGHT, '--create-snapshot', '--json']);
    expect(status).toBe(1);
    expect(documentOf(out).receipt['snapshot']).toBeUndefined();
  });
});

describe('what is going on in production', () => {
  test('a transaction that sits on a table of the release forbids it', async () => {
    const { connect } = await import('../../../src/postgres/connect.ts');
    await using other = await connect(rig.server.target('production').connectionString, { applicationName: 'other' });
    await other.script('begin; select count(*) from customers');
    await sleep(6_000);
    const { status, out } = await rig.run([...PREFLIGHT, '--json']);
    await other.script('rollback');
    expect(status).toBe(1);
    expect(complaints(out).join('\n')).toMatch(/^fail .*(?:lock|transaction)/m);
  });

  test('drift is named by its object', async () => {
    await rig.sql('alter table customers add column nickname text');
    const { status, out } = await rig.run([...PREFLIGHT, '--json']);
    await rig.sql('alter table customers drop column nickname');
    expect(status).toBe(1);
    expect(out).toContain('public.customers.nickname');
  });

  test('a database that does not answer leaves everything about it unknown', async () => {
    const { status, out } = await rig.run([...PREFLIGHT, '--json'], {
      DATABASE_URL: 'postgres://checker:checker@127.0.0.1:9/production',
    });
    expect([1, 3]).toContain(status);
    expect(documentOf(out).answers.filter(({ answer }) => answer === 'unknown').length).toBeGreaterThan(20);
    expect(out).not.toContain('checker:checker');
  });
});

describe('verify and an endpoint that is not of AWS', () => {
  test('fails once something was asked of it, unless it is allowed', async () => {
    await using release = await aProductionRig('verify: { alarmPrefix: shop }\n');
    release.aws.world.metricAlarms.push({ AlarmName: 'shop-errors', StateValue: 'OK' });
    const about = async (argv: readonly string[]): Promise<string[]> =>
      complaints((await release.run(['verify', '--json', ...argv])).out).filter((line) => line.includes('endpoint'));
    expect(await about([])).toEqual(['fail verify-aws-endpoint-custom']);
    expect(await about(['--allow-custom-endpoint'])).toEqual(['warn verify-aws-endpoint-custom']);
  });
});

describe('mistakes on the command line', () => {
  test.each([
    [['preflight', '--json', '--markdown'], 'USAGE'],
    [['preflight', '--clean-up', '--create-snapshot'], 'USAGE'],
    [['preflight', '--max-hours', 'many'], 'USAGE'],
    [['preflight', '--certificate', 'nowhere.json'], 'CERTIFICATE_UNREADABLE'],
    [['verify', '--receipt', 'nowhere.json'], 'RECEIPT_UNREADABLE'],
    [['verify', '--receipt', 'pgrehearse.config.yaml'], 'RECEIPT_UNREADABLE'],
    [['preflight', '--certificate-key', 'nowhere.pem'], 'KEY_UNREADABLE'],
  ])('%j: %s', async (argv, code) => {
    const { status, err } = await rig.run(argv);
    expect(err).toContain(`${code}: `);
    expect(err).toContain('hint: ');
    expect(status).toBe(2);
  });

  test('nobody says where production is', async () => {
    const { status, err } = await rig.run(['preflight'], { DATABASE_URL: '' });
    expect(err).toContain('CONFIG_INVALID');
    expect(status).toBe(2);
  });
});

describe('the whole release', () => {
  test('pre-flight, migration, verification', async () => {
    await using release = await aProductionRig();
    expect((await release.run(PREFLIGHT)).status).toBe(0);
    const early = await release.run(['verify']);
    expect(early.status).toBe(1);
    expect(early.out).toContain('The rehearsed way back');

    await release.sql(`set role shop; ${Object.values(RELEASE)
      .map(([up]) => up)
      .join('; ')};
      create table schema_migrations (version bigint primary key, dirty boolean not null);
      insert into schema_migrations values (2, false); reset role; analyze`);
    const { status, out } = await release.run(['verify', '--json']);
    expect(complaints(out)).toEqual([]);
    expect(status).toBe(0);

    const again = await release.run([...PREFLIGHT, '--json']);
    expect(again.status).toBe(1);
  });
});
