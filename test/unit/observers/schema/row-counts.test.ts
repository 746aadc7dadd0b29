import { describe, expect, test } from 'vitest';

import { RowCounts, toRowsPerUnit } from '../../../../src/observers/schema/incremental/row-counts.ts';

const twoTables = () => new RowCounts([toRowsPerUnit('1259 1=1,1259 2=1'), toRowsPerUnit('1259 1=4,1259 2=3')]);

describe('known numbers of rows', () => {
  test('agree with catalogues that have as many', () => {
    expect(twoTables().deviating([2, 7])).toEqual([]);
  });

  test('tell the catalogues from which rows of unnamed units are gone', () => {
    expect(twoTables().deviating([2, 6])).toEqual([1]);
    expect(twoTables().deviating([1, 4])).toEqual([0, 1]);
  });

  test('follow the units that are known to have changed', () => {
    const counts = twoTables();
    counts.setUnit(1, '1259 2', 5);
    counts.setUnit(0, '1259 3', 1);
    counts.setUnit(1, '1259 3', 2);
    expect(counts.deviating([3, 11])).toEqual([]);
  });

  test('a deletion is seen although as many rows were added elsewhere', () => {
    const counts = twoTables();
    counts.setUnit(1, '1259 2', 4);
    expect(counts.deviating([2, 7])).toEqual([1]);
  });

  test('a listing names the units that had another number, and is believed from then on', () => {
    const counts = twoTables();
    expect(counts.replace(0, toRowsPerUnit('1259 2=1'))).toEqual(['1259 1']);
    counts.forget('1259 1');
    expect(counts.deviating([1, 3])).toEqual([]);
  });

  test('sources that are not counted never deviate', () => {
    expect(twoTables().deviating([2, undefined])).toEqual([]);
  });

  test('an empty catalogue has no text', () => {
    expect(toRowsPerUnit(null)).toEqual(new Map());
  });
});
