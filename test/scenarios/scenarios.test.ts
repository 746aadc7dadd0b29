import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findingLines, rehearseFolder } from '../helpers/rehearse-folder.ts';

interface Expected {
  readonly outcome: string;
  readonly findings: readonly { check: string; migration?: string; evidence?: Record<string, unknown> }[];
}

interface Scenario {
  readonly bites: Expected;
  readonly passes: Expected;
  /** A recording beside scenario.json that durations are compared with. */
  readonly baseline?: string;
}

describe.each(readdirSync('scenarios'))('%s', (id) => {
  const scenario = JSON.parse(readFileSync(`scenarios/${id}/scenario.json`, 'utf8')) as Scenario;

  test.each(['bites', 'passes'] as const)('%s', async (variant) => {
    const folder = `scenarios/${id}/${variant}`;
    expect(existsSync(folder)).toBe(true);
    const baseline = scenario.baseline === undefined ? undefined : `scenarios/${id}/${scenario.baseline}`;
    const { verdict, recording } = await rehearseFolder(folder, { ...(baseline !== undefined && { baseline }) });

    const { outcome, findings } = scenario[variant];
    const expected = findings.map(({ check, migration }) => `${check} ${migration ?? '-'}`).toSorted();
    expect(findingLines(verdict), JSON.stringify(verdict, undefined, 2)).toEqual(expected);
    expect(verdict.outcome, JSON.stringify(verdict.notJudged)).toBe(outcome);
    expect(recording.observerFailures).toEqual([]);
    const shown = findings.flatMap(({ check, evidence }) => (evidence ? [{ check, evidence }] : []));
    expect(verdict.findings).toEqual(expect.arrayContaining(shown.map((finding) => expect.objectContaining(finding))));
  });
});
