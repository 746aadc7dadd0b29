import { describe, expect, test } from 'vitest';
import type { Recording } from '../../../src/recording/recording.ts';
import { terminalReport } from '../../../src/reports/terminal.ts';
import { aMigration, aRecording, aRoundTrip, aStep } from '../../helpers/recordings.ts';
import { aFinding, aVerdict } from '../../helpers/verdicts.ts';

const sound = aRecording({ steps: aRoundTrip({}) });

const firstLine = (...args: Parameters<typeof terminalReport.render>): string =>
  terminalReport.render(...args).split('\n')[0] ?? '';

test('a label that is as long as its column is kept apart from its text', () => {
  const recording = aRecording({ observerFailures: [{ observer: 'statements', message: 'no log' }] });
  expect(terminalReport.render(aVerdict(), recording)).toContain('Not watched statements: no log');
});

describe('the verdict line', () => {
  test('of a sound rehearsal says that nothing was found', () => {
    expect(firstLine(aVerdict(), sound)).toBe(
      'SAFE  nothing to complain about. 1 migration rehearsed in 4 steps, 1.0 s.',
    );
  });

  test('counts what was found', () => {
    const findings = [aFinding(), aFinding(), aFinding({ severity: 'warning' }), aFinding({ severity: 'note' })];
    expect(firstLine(aVerdict({ findings }), sound)).toBe(
      'UNSAFE  2 errors, 1 warning and 1 note. 1 migration rehearsed in 4 steps, 1.0 s.',
    );
  });

  test('does not let ignorance look like a pass', () => {
    const verdict = aVerdict({ notJudged: [{ check: 'backup-stale', reason: 'no time' }] });
    expect(firstLine(verdict, sound)).toMatch(
      /^INCONCLUSIVE {2}nothing bad was seen, but 1 question could not be answered\./,
    );
  });

  test('says that the rehearsal was interrupted, and how far it came', () => {
    const recording = aRecording({
      interrupted: true,
      plan: { ...sound.plan, migrations: [aMigration(), aMigration('0002_b')] },
      steps: [aStep('apply')],
    });
    expect(firstLine(aVerdict(), recording)).toContain(
      'Interrupted before the end. 1 of 2 migrations rehearsed in 1 step',
    );
  });

  test('says that there was nothing to rehearse', () => {
    const recording = aRecording({
      plan: { ...sound.plan, migrations: [aMigration('0001_a', { rehearsed: false, applied: true })] },
    });
    expect(terminalReport.render(aVerdict(), recording)).toContain(
      'No migration was in the scope; none was rehearsed.',
    );
  });
});

describe('findings', () => {
  test('stand under their migration, worst first, with what to do', () => {
    const findings = [
      aFinding({
        where: { migration: '0001_vip' },
        severity: 'warning',
        check: 'down-missing',
        message: 'M1.',
        remedy: 'R1.',
      }),
      aFinding({ where: { migration: '0002_b' }, check: 'up-failed', message: 'M2.', remedy: 'R2.' }),
      aFinding({ where: {}, severity: 'warning', check: 'server-major-differs', message: 'M3.', remedy: 'R3.' }),
    ];
    expect(terminalReport.render(aVerdict({ findings }), aRecording())).toContain(
      [
        '0002_b',
        '  error    up-failed',
        '           M2.',
        '           → R2.',
        '',
        'The rehearsal as a whole',
        '  warning  server-major-differs',
        '           M3.',
        '           → R3.',
        '',
        '0001_vip',
        '  warning  down-missing',
        '           M1.',
        '           → R1.',
      ].join('\n'),
    );
  });

  test('that are notes ask for nothing', () => {
    const text = terminalReport.render(aVerdict({ findings: [aFinding({ severity: 'note' })] }), sound);
    expect(text).toContain('  note     down-loses-data public.users.email\n');
    expect(text).not.toContain('→');
  });

  test('point at the place in the statement, with what the server advises', () => {
    const statement = 'create table a (\n\tb integer references c (id)\n)';
    const evidence = { statement, position: statement.indexOf('c (id)') + 1, hint: 'Try d.' };
    const lines = terminalReport.render(aVerdict({ findings: [aFinding({ evidence })] }), sound).split('\n');
    const at = lines.findIndex((line) => line.includes('line 2:'));
    expect(lines[at]?.trim()).toBe('line 2:  b integer references c (id)');
    expect(lines[at + 1]?.indexOf('^')).toBe(lines[at]?.indexOf('c (id)'));
    expect(lines[at + 2]?.trim()).toBe("The server's hint: Try d.");
  });

  test.each([0, -3, 999])('survive a position of %d, outside of the statement', (position) => {
    const text = terminalReport.render(
      aVerdict({ findings: [aFinding({ evidence: { statement: 'select 1', position } })] }),
      sound,
    );
    expect(text).toContain('select 1');
  });

  test('cut long lists, and say so', () => {
    const differences = Array.from({ length: 14 }, (_, index) => `column c${index}`);
    const text = terminalReport.render(aVerdict({ findings: [aFinding({ evidence: { differences } })] }), sound);
    expect(text).toContain('- column c9\n');
    expect(text).not.toContain('column c10');
    expect(text).toContain('- and 4 more\n');
  });
});

test('what could not be judged is said once per reason', () => {
  const verdict = aVerdict({
    notJudged: [
      { check: 'index-invalid', reason: 'watching schema broke' },
      { check: 'reapply-differs', reason: 'watching schema broke' },
    ],
  });
  expect(terminalReport.render(verdict, sound)).toContain(
    'Could not be judged, so nobody knows\n  ? watching schema broke\n    index-invalid, reapply-differs\n',
  );
});

test('what was waived stays visible with its reason', () => {
  const verdict = aVerdict({ waived: [{ finding: aFinding(), reason: 'archived', until: '2027-01-31' }] });
  expect(terminalReport.render(verdict, sound)).toContain(
    'Waived\n  down-loses-data 0001_vip\n    Taking it back loses public.users.email with 3 values.\n    waived: archived (until 2027-01-31)\n',
  );
});

const table = (recording: Recording, ...findings: ReturnType<typeof aFinding>[]): string =>
  terminalReport.render(aVerdict({ findings }), recording);

describe('the table', () => {
  test('has how long each step took', () => {
    const steps = aRoundTrip({}).map((step, index) => ({ ...step, durationMs: 10 * (index + 1) }));
    expect(table(aRecording({ steps }))).toContain(
      '  migration         up       down   up again     unwind\n✓ 0001_vip       10 ms      20 ms      30 ms      40 ms\n',
    );
  });

  test('shows the quickest run of a step that was repeated', () => {
    const steps = [...aRoundTrip({}), aStep('revert', { durationMs: 4 }), aStep('reapply', { durationMs: 30 })];
    expect(table(aRecording({ steps }))).toContain('✓ 0001_vip       10 ms     4.0 ms      10 ms      10 ms\n');
  });

  test('never calls a failed step good, not even a waived one', () => {
    const steps = [aStep('apply', { status: 'failed', failure: { message: 'no' } })];
    expect(table(aRecording({ steps }))).toContain('✗ 0001_vip      failed\n');
  });

  test('marks a migration that has a finding', () => {
    const steps = aRoundTrip({});
    expect(table(aRecording({ steps }), aFinding())).toContain('✗ 0001_vip');
    expect(table(aRecording({ steps }), aFinding({ severity: 'warning' }))).toContain('! 0001_vip');
    expect(table(aRecording({ steps }), aFinding({ severity: 'note' }))).toContain('✓ 0001_vip');
  });

  test('says why a step was not run', () => {
    const steps = [aStep('apply', { status: 'not-run', reason: '0000_a did not apply', durationMs: 0 })];
    expect(table(aRecording({ steps }))).toContain('- 0001_vip     not run\n    not run: 0000_a did not apply\n');
  });

  test('sums up sound migrations when there are many, and hides no other', () => {
    const ids = Array.from({ length: 500 }, (_, index) => `${String(index).padStart(4, '0')}_m`);
    const recording = aRecording({
      plan: { ...sound.plan, migrations: ids.map((id) => aMigration(id)) },
      steps: ids.flatMap((migration) =>
        aRoundTrip({}, { migration, ...(migration === '0250_m' && { status: 'failed' as const }) }),
      ),
    });
    const text = table(recording, aFinding({ severity: 'warning', where: { migration: '0400_m' } }));
    expect(text.split('\n').length).toBeLessThan(40);
    expect(text).toContain('✗ 0250_m');
    expect(text).toContain('! 0400_m');
    expect(text).toContain('✓ and 488 quicker migrations without findings, 19.5 s together');
  });
});

describe('the text', () => {
  const hostile = '\u001B[2J\u202Eevil\u0007\nname\u009B31m';

  test('lets no control or turning character through', () => {
    const where = { migration: hostile, relation: hostile, column: hostile };
    const findings = [
      aFinding({
        where,
        message: hostile,
        remedy: hostile,
        evidence: { statement: hostile, hint: hostile, list: [hostile, '', '', ''] },
      }),
    ];
    const recording = aRecording({
      plan: { ...sound.plan, tool: hostile, migrations: [aMigration(hostile)] },
      backup: { ...sound.backup, file: hostile, shimmedRoles: [hostile], missingExtensions: [hostile] },
      steps: [aStep('apply', { migration: hostile, status: 'not-run', reason: hostile })],
    });
    const verdict = aVerdict({
      findings,
      notJudged: [{ check: 'c', reason: hostile }],
      waived: [{ finding: findings[0]!, reason: hostile }],
    });
    expect(terminalReport.render(verdict, recording)).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  });

  test('is plain unless it is painted', () => {
    const painted = terminalReport.render(aVerdict({ findings: [aFinding()] }), sound, {
      paint: (tone, text) => `<${tone}>${text}</>`,
    });
    expect(painted).toContain('<error>UNSAFE</>');
    expect(painted).toContain('<error>error   </> down-loses-data <quiet>public.users.email</>');
    expect(terminalReport.render(aVerdict({ findings: [aFinding()] }), sound)).not.toContain('<');
  });

  test('is wrapped only to a width that is given', () => {
    const message = 'word '.repeat(60).trim();
    const lines = (width?: number): number[] =>
      terminalReport
        .render(aVerdict({ findings: [aFinding({ message })] }), sound, width === undefined ? {} : { width })
        .split('\n')
        .map((line) => line.length);
    expect(Math.max(...lines())).toBeGreaterThan(300);
    expect(Math.max(...lines(80))).toBeLessThanOrEqual(80);
  });
});

test('what the verdict rests on is said below', () => {
  const recording = aRecording({
    steps: [aStep('apply', { rebuilt: { reason: 'the one before left rows', durationMs: 3, schema: [], data: [] } })],
    backup: {
      ...sound.backup,
      createdAt: '2026-11-22T04:00:30.000Z',
      shimmedRoles: ['app'],
      missingExtensions: ['postgis'],
      rows: 83_112,
    },
  });
  const text = terminalReport.render(aVerdict(), recording);
  expect(text).toContain('Plan       sql, scope pending: 1 of 1 migration, 0 applied in the backup\n');
  expect(text).toContain(
    'Backup     shop.sql (plain format, 1.0 kB, made 2026-11-22 04:00 UTC, from PostgreSQL 18), restored in 100 ms: 3 tables, 83,112 rows\n',
  );
  expect(text).toContain('Roles      created without login, because the backup refers to them: app\n');
  expect(text).toContain('Missing    extensions that this server lacks: postgis\n');
  expect(text).toContain('Server     PostgreSQL 18.4 (local), migrations run as postgres\n');
  expect(text).toContain('Rebuilt    before 0001_vip: the one before left rows\n');
  const empty = aRecording({ backup: { ...sound.backup, format: 'none' } });
  expect(terminalReport.render(aVerdict(), empty)).toContain(
    'Backup     none; the rehearsal started from an empty database\n',
  );
});
