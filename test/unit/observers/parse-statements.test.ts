import { expect, test } from 'vitest';
import { parseStatements } from '../../../src/observers/statements/parse-statements.ts';

/** A line as the server writes it; only the columns that are read are filled in. */
const line = (message: string, { severity = 'LOG', database = 'shop', session = 's1', query = '' } = {}): string => {
  const columns = Array.from({ length: 26 }, () => '');
  [columns[2], columns[5], columns[11], columns[13], columns[19], columns[22]] = [
    database,
    session,
    severity,
    message,
    query,
    'app',
  ];
  return columns.map((value) => `"${value.replaceAll('"', '""')}"`).join(',');
};

const ofShop = ({ database }: { database: string }): boolean => database === 'shop';

test('a simple statement, with its line breaks and quotes', () => {
  const log = `${line('duration: 12.345 ms  statement: select "a",\n  \'b: c\'')}\n`;
  expect(parseStatements(log, ofShop)).toEqual([{ sql: 'select "a",\n  \'b: c\'', durationMs: 12.345 }]);
});

test('parse, bind and execute of one statement are one, also when sessions mix', () => {
  const log = [
    line('duration: 1.000 ms  parse <unnamed>: select $1'),
    line('duration: 9.000 ms  statement: select 2', { session: 's2' }),
    line('duration: 2.000 ms  bind <unnamed>: select $1'),
    line('duration: 4.000 ms  execute <unnamed>: select $1'),
  ].join('\n');
  expect(parseStatements(log, ofShop)).toEqual([
    { sql: 'select 2', durationMs: 9 },
    { sql: 'select $1', durationMs: 7 },
  ]);
});

test('a statement that failed has no duration; other databases and other lines are left out', () => {
  const log = [
    line('duration: 1.000 ms  statement: select 1', { database: 'postgres' }),
    line('checkpoint starting: immediate'),
    line('relation "x" does not exist', { severity: 'ERROR', query: 'select * from x' }),
    line('terminating connection', { severity: 'FATAL' }),
  ].join('\n');
  expect(parseStatements(log, ofShop)).toEqual([{ sql: 'select * from x' }]);
});
