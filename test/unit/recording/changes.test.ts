import { describe, expect, test } from 'vitest';
import {
  applyDataChanges,
  composeDataChanges,
  diffLedgers,
  rowsRearranged,
  sameContents,
} from '../../../src/recording/changes.ts';
import type { ColumnLedger, DataLedger, SequenceLedger, TableLedger } from '../../../src/recording/data-ledger.ts';

const aColumn = (detail: Partial<ColumnLedger> = {}): ColumnLedger => ({
  type: 'text',
  number: 2,
  fingerprint: '00000000000000aa',
  nullRows: 0,
  ...detail,
});

const aTable = (detail: Partial<TableLedger> = {}): TableLedger => ({
  oid: 1,
  kind: 'table',
  rows: 3,
  key: ['id'],
  columns: { id: aColumn({ type: 'integer', number: 1 }), name: aColumn() },
  ...detail,
});

const aSequence = (detail: Partial<SequenceLedger> = {}): SequenceLedger => ({
  lastValue: '5',
  isCalled: true,
  nextValue: '6',
  ...detail,
});

const aLedger = (tables: DataLedger['tables'], sequences: DataLedger['sequences'] = {}): DataLedger => ({
  tables,
  sequences,
  unread: {},
});

describe('the contents of a relation', () => {
  test.each([
    ['oid of the table', aTable({ oid: 9 })],
    [
      'numbers of its columns',
      aTable({ columns: { id: aColumn({ type: 'integer', number: 7 }), name: aColumn({ number: 8 }) } }),
    ],
    ['order of its columns', aTable({ columns: { name: aColumn(), id: aColumn({ type: 'integer', number: 1 }) } })],
    ['hash of whole rows that only one side has', aTable({ rowFingerprint: 'ff' })],
  ])('are the same with another %s', (_, other) => {
    expect(sameContents(aTable(), other)).toBe(true);
    expect(sameContents(other, aTable())).toBe(true);
  });

  test.each([
    ['rows', aTable({ rows: 4 })],
    ['key', aTable({ key: [] })],
    ['fingerprint', aTable({ columns: { id: aColumn({ type: 'integer' }), name: aColumn({ fingerprint: 'bb' }) } })],
    ['nulls', aTable({ columns: { id: aColumn({ type: 'integer' }), name: aColumn({ nullRows: 1 }) } })],
    ['type', aTable({ columns: { id: aColumn({ type: 'bigint' }), name: aColumn() } })],
    ['columns', aTable({ columns: { id: aColumn({ type: 'integer' }) } })],
  ])('differ with other %s', (_, other) => {
    expect(sameContents(aTable(), other)).toBe(false);
  });

  test('differ when values have moved between rows of a table without a key', () => {
    const before = aTable({ key: [], rowFingerprint: 'aa' });
    const after = aTable({ key: [], rowFingerprint: 'bb' });
    expect(sameContents(before, after)).toBe(false);
    expect(rowsRearranged(before, after)).toBe(true);
    expect(rowsRearranged(before, before)).toBe(false);
    expect(rowsRearranged(before, aTable({ ...after, rows: 4 }))).toBe(false);
  });

  test.each([
    ['position', aSequence({ lastValue: '6' })],
    ['call', aSequence({ isCalled: false })],
    ['largest value of the column', aSequence({ columnMax: '9' })],
  ])('of a sequence differ with another %s', (_, other) => {
    expect(sameContents(aSequence(), other)).toBe(false);
  });
});

describe('two ledgers', () => {
  const before = aLedger({ a: aTable(), b: aTable(), c: aTable() }, { s: aSequence() });
  const after = aLedger(
    { b: aTable({ rows: 4 }), c: aTable({ oid: 7 }), d: aTable() },
    { s: aSequence({ lastValue: '9' }) },
  );

  test('differ in what is new, gone or has other contents', () => {
    expect(
      diffLedgers(before, after).map(({ relation, before: was, after: is }) => [
        relation,
        was !== undefined,
        is !== undefined,
      ]),
    ).toEqual([
      ['a', true, false],
      ['b', true, true],
      ['d', false, true],
      ['s', true, true],
    ]);
  });

  test('the later one follows from the earlier one and the changes', () => {
    const applied = applyDataChanges(before, [diffLedgers(before, after)]);
    expect(diffLedgers(applied, after)).toEqual([]);
  });

  test('a way there and back again is no change', () => {
    expect(composeDataChanges([diffLedgers(before, after), diffLedgers(after, before)])).toEqual([]);
  });

  test('a way there and half of it back is the rest', () => {
    const half = aLedger({ ...before.tables, b: aTable({ rows: 9 }) }, before.sequences);
    const composed = composeDataChanges([diffLedgers(before, after), diffLedgers(after, half)]);
    expect(composed).toEqual([{ relation: 'b', before: aTable(), after: aTable({ rows: 9 }) }]);
  });
});
