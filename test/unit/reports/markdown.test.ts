import { describe, expect, test } from 'vitest';
import { cell, code, fenceFor, prose } from '../../../src/reports/markdown-text.ts';
import { markdownReport } from '../../../src/reports/markdown.ts';
import { aMigration, aRecording, aRoundTrip } from '../../helpers/recordings.ts';
import { aFinding, aVerdict } from '../../helpers/verdicts.ts';

describe('prose', () => {
  test.each([
    ['markup', '*a* _b_ [c](d) # e ~f~', String.raw`\*a\* \_b\_ \[c\](d) \# e \~f\~`],
    ['HTML', '<img src=x> & co', '&lt;img src=x&gt; &amp; co'],
    ['mentions', 'ask @admin', 'ask &#64;admin'],
    ['a lone backtick', 'it`s', String.raw`it\`s`],
    ['line breaks', 'a\n# b', String.raw`a \# b`],
  ])('shows %s as they are written', (_, text, markdown) => {
    expect(prose(text)).toBe(markdown);
  });

  test('keeps code', () => {
    expect(prose('raise `checks.a_b.maxMs`, or *not*')).toBe(String.raw`raise ${'`checks.a_b.maxMs`'}, or \*not\*`);
  });
});

test.each([
  ['plain', '`plain`'],
  ['a`b', '``a`b``'],
  ['`a', '`` `a ``'],
  ['a``b`', '``` a``b` ```'],
  ['', ''],
])('code span of %s', (text, markdown) => {
  expect(code(text)).toBe(markdown);
});

test('a cell of a table cannot be left', () => {
  expect(cell(code('a|b'))).toBe(String.raw`${'`'}a\|b${'`'}`);
  expect(cell(prose('a|b'))).toBe(String.raw`a\|b`);
});

test('a fence is longer than what it holds', () => {
  expect(fenceFor('select 1')).toBe('```');
  expect(fenceFor('a ```` b')).toBe('`````');
});

describe('the report', () => {
  test('begins with the verdict and has each finding with its remedy', () => {
    const text = markdownReport.render(aVerdict({ findings: [aFinding()] }), aRecording({ steps: aRoundTrip({}) }));
    expect(text).toMatch(/^## Migration rehearsal: UNSAFE\n\n1 error\. 1 migration rehearsed in 4 steps, 1\.0 s\.\n/);
    expect(text).toContain(
      [
        '### `0001_vip`',
        '',
        '- **error** `down-loses-data` on `public.users.email`  ',
        '  Taking it back loses public.users.email with 3 values.',
        '',
        '  *Remedy:* Keep the old column.',
      ].join('\n'),
    );
    expect(text).toContain('| ✗ | `0001_vip` | 10 ms | 10 ms | 10 ms | 10 ms |');
  });

  test('fits into a comment on GitHub, and says what it leaves out', () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => `20260101${index}_a_migration_with_an_ordinary_name.js`);
    const recording = aRecording({
      plan: { ...aRecording().plan, migrations: ids.map((id) => aMigration(id)) },
      steps: ids.flatMap((migration) => aRoundTrip({}, { migration })),
    });
    const findings = ids.map((migration) => aFinding({ where: { migration } }));
    const text = markdownReport.render(aVerdict({ findings }), recording);
    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain('And 940 more findings; report.json has them all.');
    expect(text).toContain('And 800 more migrations.');
  });

  test('has no line that a name could have begun', () => {
    const name = 'x\n# heading\n<details>';
    const findings = [aFinding({ where: { migration: name, relation: name }, message: name, remedy: name })];
    const text = markdownReport.render(aVerdict({ findings, notJudged: [{ check: 'c', reason: name }] }), aRecording());
    expect(text).not.toMatch(/^# heading|^<details>$/m);
  });
});
