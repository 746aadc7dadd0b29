import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseRecording } from '../../../src/recording/parse.ts';
import { aRecording, aRoundTrip } from '../../helpers/recordings.ts';

const folder = 'fixtures/recordings';

describe('a recording that was saved', () => {
  test.each(readdirSync(folder).filter((file) => file.endsWith('.json')))('%s reads as it is', (file) => {
    const text = readFileSync(`${folder}/${file}`, 'utf8');
    expect(parseRecording(text, file)).toEqual(JSON.parse(text));
  });

  test('may know more than this version', () => {
    const text = JSON.stringify({ ...aRecording(), locks: [{ mode: 'AccessExclusiveLock' }] });
    expect(parseRecording(text, 'r.json')).toMatchObject({ locks: [{}] });
  });

  test('may start with a byte order mark', () => {
    expect(parseRecording(`\uFEFF${JSON.stringify(aRecording())}`, 'r.json')).toEqual(aRecording());
  });
});

const messageOf = (text: string): string => {
  try {
    parseRecording(text, 'r.json');
  } catch (error) {
    expect(error).toMatchObject({ code: 'RECORDING_UNREADABLE' });
    return (error as Error).message;
  }
  return 'no error';
};

const broken = (change: (recording: any) => void): string => {
  const recording = structuredClone(aRecording({ steps: aRoundTrip({}) }));
  change(recording);
  return messageOf(JSON.stringify(recording));
};

describe('what is not a recording is refused', () => {
  test.each([
    ['an empty file', '', 'r.json is empty.'],
    ['a file that was cut off', '{"format":1,"too', 'r.json is not JSON, or was cut off.'],
    ['a list', '[]', 'the document: expected an object, found a list'],
    ['null', 'null', 'the document: expected an object, found null'],
    ['another format', '{"format":2}', 'r.json is in format 2; this version of pgrehearse reads format 1.'],
    ['a report', '{"format":1,"verdict":{},"recording":{}}', 'is a report (verdict and recording), not a recording'],
    ['a package.json', '{"name":"x","version":"1.0.0"}', 'format: expected 1, found nothing'],
  ])('%s', (_, text, message) => {
    expect(messageOf(text)).toContain(message);
  });

  test.each<[string, (recording: any) => void, string]>([
    [
      'a step without a status',
      ({ steps }) => delete steps[2].status,
      'steps[2].status: expected "completed" or "failed" or "not-run", found nothing',
    ],
    [
      'a duration as text',
      ({ steps }) => (steps[0].durationMs = '12'),
      'steps[0].durationMs: expected a number, found the text "12"',
    ],
    ['an unknown observer', (recording) => recording.observed.push('locks'), 'observed[5]: expected'],
    ['a start that is no time', (recording) => (recording.startedAt = 'yesterday'), 'startedAt: expected a time'],
    [
      'a table without rows',
      (recording) =>
        (recording.start.data = {
          tables: { 'public.a': { oid: 1, kind: 'table', key: [], columns: {} } },
          sequences: {},
          unread: {},
        }),
      'start.data.tables.public.a.rows: expected a number, found nothing',
    ],
    [
      'null where nothing is meant',
      ({ backup }) => (backup.createdAt = null),
      'backup.createdAt: expected a time such as 2026-11-22T04:00:00Z, found null',
    ],
    [
      'a problem of an unknown kind',
      ({ plan }) => plan.problems.push({ kind: 'odd' }),
      'plan.problems[0].kind: expected "duplicate-id"',
    ],
    [
      'a number that is none',
      ({ steps }) => (steps[1].observations.schema = [{ kind: 'table', name: 3 }]),
      'steps[1].observations.schema[0].name: expected text, found number 3',
    ],
    [
      'disk without its peak',
      ({ steps }) => (steps[0].observations.resources = { walBytes: 1, databaseBytes: 2 }),
      'steps[0].observations.resources.peakDatabaseBytes: expected a number, found nothing',
    ],
    [
      'a start size as text',
      ({ start }) => (start.resources = { databaseBytes: '2' }),
      'start.resources.databaseBytes: expected a number, found the text "2"',
    ],
    [
      'names of roles that are no list',
      ({ backup }) => (backup.namedRoles = 'shop'),
      'backup.namedRoles: expected a list, found the text "shop"',
    ],
  ])('%s, by path', (_, change, message) => {
    expect(broken(change)).toContain(message);
  });

  test('naming every problem at once, up to ten', () => {
    const message = broken((recording) => {
      recording.plan.migrations = Array.from({ length: 12 }, () => ({ id: 1 }));
    });
    expect(message).toContain('plan.migrations[0].id: expected text, found number 1');
    expect(message).toContain('plan.migrations[0].dependsOn: expected a list, found nothing');
    expect(message.split('\n')).toHaveLength(12);
    expect(message).toMatch(/and \d+ more$/);
  });
});
