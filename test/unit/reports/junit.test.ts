import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseRecording } from '../../../src/recording/parse.ts';
import { jsonReport } from '../../../src/reports/json.ts';
import { junitReport } from '../../../src/reports/junit.ts';
import { aRecording, aRoundTrip, aStep } from '../../helpers/recordings.ts';
import { aFinding, aVerdict } from '../../helpers/verdicts.ts';

/** Throws unless tags are balanced, attributes quoted, and every other `<` and `&` escaped. Returns the names in order. */
function elementsOf(xml: string): string[] {
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  const open: string[] = [];
  const names: string[] = [];
  let rest = body;
  while (rest !== '') {
    const [tag, close, name = '', selfClosing] = /^<(\/?)([a-z-]+)(?: [a-z]+="[^"<>]*")*(\/?)>/.exec(rest) ?? [];
    const text = tag ?? /^[^<]+/.exec(rest)?.[0];
    if (text === undefined) throw new Error(`not well-formed: ${rest.slice(0, 60)}`);
    if (/&(?!(amp|lt|gt|quot|#10|#9);)/.test(text)) throw new Error(`bare &: ${text}`);
    // oxlint-disable-next-line no-control-regex
    if (/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/.test(text))
      throw new Error(`not a character of XML: ${text}`);
    if (tag !== undefined && close === '/' && open.pop() !== name) throw new Error(`</${name}> closes nothing`);
    if (tag !== undefined && close === '') {
      names.push(name);
      if (selfClosing === '') open.push(name);
    }
    rest = rest.slice(text.length);
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join()}`);
  return names;
}

const cases = (xml: string): string[] => xml.match(/<testcase [^>]*>/g) ?? [];

describe('the JUnit report', () => {
  test('has one case per migration and direction', () => {
    const xml = junitReport.render(aVerdict(), aRecording({ steps: aRoundTrip({}) }));
    expect(cases(xml)).toEqual([
      '<testcase classname="0001_vip" name="up" time="0.020"/>',
      '<testcase classname="0001_vip" name="down" time="0.020"/>',
    ]);
    expect(xml).toContain('tests="2" failures="0" errors="0" skipped="0" time="1.000"');
  });

  test('has one failure per case, holding all errors of that direction', () => {
    const findings = [
      aFinding(),
      aFinding({ check: 'down-failed', message: 'Second.' }),
      aFinding({ check: 'up-changes-data', severity: 'note', where: { migration: '0001_vip', direction: 'up' } }),
    ];
    const xml = junitReport.render(aVerdict({ findings }), aRecording({ steps: aRoundTrip({}) }));
    expect(elementsOf(xml).filter((name) => name === 'failure')).toHaveLength(1);
    expect(xml).toContain('tests="2" failures="1" errors="0"');
    expect(xml).toContain('(and 1 more)');
    expect(xml).toContain('Second.');
    expect(xml).toMatch(/name="up" time="0\.020">\n<system-out>note up-changes-data/);
  });

  test('never lets a step that failed or was not run look passed', () => {
    const steps = [
      aStep('apply', { status: 'failed', failure: { message: 'boom' } }),
      aStep('revert', { status: 'not-run', reason: 'did not apply' }),
    ];
    const xml = junitReport.render(aVerdict(), aRecording({ steps }));
    expect(xml).toContain('skipped="2"');
    expect(junitReport.render(aVerdict(), aRecording({ steps: [] }))).toContain('<skipped message="not run"/>');
  });

  test('counts what could not be judged as an error', () => {
    const xml = junitReport.render(
      aVerdict({ notJudged: [{ check: 'backup-stale', reason: 'no time' }] }),
      aRecording({ steps: aRoundTrip({}) }),
    );
    expect(xml).toContain('errors="1"');
    expect(xml).toContain('<error type="not-judged" message="no time"/>');
  });

  test('keeps findings that are about no migration of the scope', () => {
    const findings = [
      aFinding({ where: {}, check: 'backup-empty' }),
      aFinding({ where: { migration: '0000_old' }, check: 'applied-migration-missing' }),
    ];
    const xml = junitReport.render(aVerdict({ findings }), aRecording({ steps: aRoundTrip({}) }));
    expect(xml).toContain('classname="rehearsal" name="backup-empty"');
    expect(xml).toContain('classname="0000_old" name="applied-migration-missing"');
    expect(xml).toContain('failures="2"');
  });

  test('is well-formed whatever is in names and messages', () => {
    const name = 'a"b\'<c>&amp;]]>\n\t\u0000\u001B\uFFFE\uD800';
    const findings = [
      aFinding({
        where: { migration: name, direction: 'up' },
        message: name,
        remedy: name,
        evidence: { statement: name },
      }),
    ];
    const xml = junitReport.render(
      aVerdict({ findings, notJudged: [{ check: name, reason: name }] }),
      aRecording({ steps: [aStep('apply', { migration: name })] }),
    );
    expect(elementsOf(xml)).toContain('failure');
  });

  test.each(readdirSync('fixtures/recordings').filter((file) => file.endsWith('.json')))(
    'is well-formed for %s',
    (file) => {
      const recording = parseRecording(readFileSync(`fixtures/recordings/${file}`, 'utf8'), file);
      expect(elementsOf(junitReport.render(aVerdict(), recording))[0]).toBe('testsuites');
    },
  );
});

test('the JSON report is the documented document', () => {
  const recording = aRecording();
  const verdict = aVerdict({ findings: [aFinding()] });
  expect(JSON.parse(jsonReport.render(verdict, recording, { toolVersion: '9.9.9' }))).toEqual({
    format: 1,
    tool: { name: 'pgrehearse', version: '9.9.9' },
    verdict,
    recording,
  });
});
