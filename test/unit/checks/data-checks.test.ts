import { describe, expect, test } from 'vitest';
import type { Check } from '../../../src/checks/check.ts';
import { downLosesData } from '../../../src/checks/down-loses-data.ts';
import { invariantBroken } from '../../../src/checks/invariant-broken.ts';
import { judge } from '../../../src/checks/judge.ts';
import { sequenceBehind } from '../../../src/checks/sequence-behind.ts';
import { upChangesData } from '../../../src/checks/up-changes-data.ts';
import { upDeletesRows } from '../../../src/checks/up-deletes-rows.ts';
import type { TableLedger } from '../../../src/recording/data-ledger.ts';
import type { Recording } from '../../../src/recording/recording.ts';
import { aColumn, aRecording, aRoundTrip, aSequence, aStep, aTable, dataChange } from '../../helpers/recordings.ts';

const OPTIONS = { checks: {}, waivers: [], today: '2026-11-23' };

const messages = (check: Check, parts: Partial<Recording>): string[] =>
  judge(aRecording(parts), OPTIONS, [check]).findings.map(({ severity, message }) => `${severity}: ${message}`);

const full = aTable(3, { id: aColumn('a1'), city: aColumn('c1', { number: 2, nullRows: 1 }) });
const without = aTable(3, { id: aColumn('a1') });

describe('down-loses-data', () => {
  test('counts the values of a column that comes back empty', () => {
    const empty = aTable(3, { id: aColumn('a1'), city: aColumn('c0', { number: 9, nullRows: 3 }) });
    const steps = aRoundTrip({
      apply: { data: [dataChange('public.customers', full, without)] },
      revert: { data: [dataChange('public.customers', without, empty)] },
    });
    expect(messages(downLosesData, { steps })).toEqual([
      'error: Taking it back empties public.customers.city in 2 rows.',
    ]);
  });

  test('says rows that were counted one by one, per column', () => {
    const other = aTable(3, { id: aColumn('a1'), city: aColumn('c9', { number: 2, nullRows: 1 }) });
    const rowLosses = [{ relation: 'public.customers', missingRows: 0, addedRows: 0, differingRows: { city: 1 } }];
    const steps = aRoundTrip({
      apply: { data: [dataChange('public.customers', full, without)] },
      revert: { data: [dataChange('public.customers', without, other)], rowLosses },
    });
    expect(messages(downLosesData, { steps })).toEqual([
      'error: Taking it back changes public.customers.city in 1 row.',
    ]);
  });

  test('says a table that is gone with its rows', () => {
    const steps = aRoundTrip({
      apply: { data: [dataChange('public.customers', full)] },
      revert: { data: [dataChange('public.other', undefined, without)] },
    });
    expect(messages(downLosesData, { steps })).toEqual([
      'error: Taking it back loses public.customers with its 3 rows.',
    ]);
  });

  test('stays silent when the same values come back in a column with another number', () => {
    const back = aTable(3, { id: aColumn('a1'), city: aColumn('c1', { number: 7, nullRows: 1 }) });
    const steps = aRoundTrip({
      apply: { data: [dataChange('public.customers', full, without)] },
      revert: { data: [dataChange('public.customers', without, back)] },
    });
    expect(messages(downLosesData, { steps })).toEqual([]);
  });

  test('stays silent on a sequence that has moved on', () => {
    const steps = aRoundTrip({
      apply: { data: [dataChange('public.s', aSequence(), aSequence({ lastValue: '9', nextValue: '10' }))] },
      revert: { data: [dataChange('public.customers', full, full)] },
    });
    expect(messages(downLosesData, { steps })).toEqual([]);
  });
});

describe('up-deletes-rows and up-changes-data', () => {
  test('a dropped table with rows is deleted rows, a renamed one is not', () => {
    const dropped = [aStep('apply', { observations: { data: [dataChange('public.a', full)] } })];
    const renamed = [
      aStep('apply', {
        observations: { data: [dataChange('public.a', full), dataChange('public.b', undefined, full)] },
      }),
    ];
    expect(messages(upDeletesRows, { steps: dropped })).toEqual([
      'warning: 0001_vip removes public.a with its 3 rows.',
    ]);
    expect(messages(upDeletesRows, { steps: renamed })).toEqual([]);
  });

  test('rows that only came do not count as changed', () => {
    const more = aTable(4, { id: aColumn('a2'), city: aColumn('c2', { number: 2 }) });
    expect(
      messages(upChangesData, {
        steps: [aStep('apply', { observations: { data: [dataChange('public.a', full, more)] } })],
      }),
    ).toEqual([]);
  });

  test('a renamed column keeps its number and is not a dropped one', () => {
    const renamed = aTable(3, { id: aColumn('a1'), town: aColumn('c1', { number: 2, nullRows: 1 }) });
    expect(
      messages(upChangesData, {
        steps: [aStep('apply', { observations: { data: [dataChange('public.a', full, renamed)] } })],
      }),
    ).toEqual([]);
    expect(
      messages(upChangesData, {
        steps: [aStep('apply', { observations: { data: [dataChange('public.a', full, without)] } })],
      }),
    ).toEqual(['note: 0001_vip drops public.a.city (2 values).']);
  });
});

describe('sequence-behind', () => {
  const behind = aSequence({ columnMax: '4' });
  test.each([
    ['bites when the column got ahead of it', aSequence(), behind, 1],
    ['is silent when it was behind before', behind, aSequence({ columnMax: '5' }), 0],
    [
      'is silent on numbers beyond 2^53 that differ by one',
      aSequence(),
      aSequence({ nextValue: '9007199254740993', columnMax: '9007199254740992' }),
      0,
    ],
  ])('%s', (_, before, after, findings) => {
    const steps = [aStep('apply', { observations: { data: [dataChange('public.plans_id_seq', before, after)] } })];
    expect(messages(sequenceBehind, { steps })).toHaveLength(findings);
  });
});

const reading = (value: string) => ({ invariants: [{ name: 'balance', value, rows: 1 }] });

describe('invariant-broken', () => {
  const invariants = [{ name: 'balance', expect: 'unchanged', start: { name: 'balance', value: '0', rows: 1 } }];

  test('is said once, at the step that breaks it, and again when it breaks again', () => {
    const steps = [
      aStep('apply', { observations: reading('1') }),
      aStep('revert', { observations: reading('1') }),
      aStep('reapply', { observations: reading('0') }),
      aStep('unwind', { observations: reading('2') }),
    ];
    expect(messages(invariantBroken, { start: { invariants }, steps }).toSorted()).toEqual([
      'error: After down of 0001_vip, the invariant "balance" does not hold: it gave 0, now 2.',
      'error: After up of 0001_vip, the invariant "balance" does not hold: it gave 0, now 1.',
    ]);
  });
});

describe('down-loses-data of what the backup held', () => {
  const takenBack = (states: readonly [before: TableLedger, between: TableLedger | undefined, after: TableLedger]) => {
    const [before, between, after] = states;
    const steps = [
      aStep('unwind', { observations: { data: [dataChange('public.a', before, between)] } }),
      aStep('apply', { observations: { data: [dataChange('public.a', between, after)] } }),
      aStep('revert'),
      aStep('reapply'),
    ];
    return messages(downLosesData, { steps });
  };
  const city = (fingerprint: string, details = {}) =>
    aTable(3, { id: aColumn('a1'), city: aColumn(fingerprint, { number: 2 }) }, details);

  test('is silent when everything is back, also where the way back renamed a column', () => {
    const renamed = aTable(3, { id: aColumn('a1'), town: aColumn('c1', { number: 2 }) });
    expect(takenBack([city('c1'), without, city('c1')])).toEqual([]);
    expect(takenBack([city('c1'), renamed, city('c9')])).toEqual([]);
  });

  test('tells values changed in place from those of a column that went, and from rows that went', () => {
    expect(takenBack([city('c1'), city('c2'), city('c3')])).toEqual([
      'error: Taking it back changes public.a.city, and applying it again does not bring that back.',
    ]);
    expect(takenBack([city('c1'), without, city('c3')])).toEqual([
      'warning: Taking it back drops public.a.city with 3 values, and it has others when it is applied again.',
    ]);
    const fewer = aTable(1, { id: aColumn('a2'), city: aColumn('c2', { number: 2 }) });
    expect(takenBack([city('c1'), fewer, city('c3')])).toEqual([
      'warning: Taking it back takes rows of public.a, and there are others in public.a.city when it is applied again.',
    ]);
    expect(takenBack([city('c1'), fewer, fewer])).toEqual([
      'error: Taking it back loses 2 rows of public.a, and applying it again does not bring that back.',
    ]);
    expect(takenBack([city('c1'), undefined, city('c3')])).toEqual([
      'warning: Taking it back drops public.a with its 3 rows, and it has other values when it is applied again.',
    ]);
  });

  test('does not compare fingerprints that are keyed to different columns', () => {
    expect(takenBack([city('c1'), city('c2', { key: [] }), city('c3', { key: [] })])).toEqual([
      'warning: Taking it back leaves public.a with another key, and its values could not be compared when it is applied again.',
    ]);
  });

  test('does not blame the way back for what only the way there changed', () => {
    const steps = [
      aStep('unwind', { observations: { data: [] } }),
      aStep('apply', { observations: { data: [dataChange('public.a', city('c1'), city('c2'))] } }),
    ];
    expect(messages(downLosesData, { steps })).toEqual([]);
  });
});
