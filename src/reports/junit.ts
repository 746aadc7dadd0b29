import type { Finding } from '../findings/finding.ts';
import type { Verdict } from '../findings/verdict.ts';
import type { Direction, Recording, StepRecord } from '../recording/recording.ts';
import { evidenceLines } from './evidence.ts';
import type { Reporter } from './reporter.ts';
import { element } from './xml.ts';

/** For CI systems: one test case per migration and direction, and one per thing that concerns none of them. */
export const junitReport: Reporter = {
  id: 'junit',
  file: 'junit.xml',
  render(verdict, recording) {
    const cases = [...migrationCases(verdict, recording), ...otherCases(verdict, recording)];
    const amounts = {
      tests: cases.length,
      failures: cases.filter(({ result }) => result === 'failure').length,
      errors: cases.filter(({ result }) => result === 'error').length,
      skipped: cases.filter(({ result }) => result === 'skipped').length,
      time: seconds(recording.durationMs),
    };
    const attributes = { name: 'pgrehearse', timestamp: recording.startedAt.replace(/Z$/, ''), ...amounts };
    const suite = element(
      'testsuite',
      attributes,
      cases.map(({ xml }) => xml),
    );
    return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', { name: 'pgrehearse', ...amounts }, [suite])}\n`;
  },
};

interface Case {
  readonly result: 'passed' | 'failure' | 'error' | 'skipped';
  readonly xml: string;
}

function migrationCases(verdict: Verdict, { plan, steps }: Recording): Case[] {
  const ids = new Set([
    ...plan.migrations.filter(({ rehearsed }) => rehearsed).map(({ id }) => id),
    ...steps.map(({ migration }) => migration),
  ]);
  const directions: readonly Direction[] = ['up', 'down'];
  return [...ids].flatMap((migration) => {
    const own = steps.filter((step) => step.migration === migration);
    return directions.flatMap((direction) => {
      const findings = verdict.findings.filter(
        ({ where }) => where.migration === migration && (where.direction ?? 'up') === direction,
      );
      const run = own.filter((step) => step.direction === direction);
      if (run.length === 0 && findings.length === 0 && direction === 'down') return [];
      return [testCase(migration, direction, { steps: run, findings })];
    });
  });
}

interface Found {
  readonly steps: readonly StepRecord[];
  readonly findings: readonly Finding[];
}

function testCase(migration: string, direction: Direction, { steps, findings }: Found): Case {
  const time = seconds(steps.reduce((total, { durationMs }) => total + durationMs, 0));
  const attributes = { classname: migration, name: direction, time };
  const errors = findings.filter(({ severity }) => severity === 'error');
  const failed = steps.find(({ status }) => status === 'failed');
  const notRun = steps.find(({ status }) => status === 'not-run');
  if (errors.length > 0) return caseOf(attributes, 'failure', [failure(errors), remarks(findings)]);
  // A failure that was waived, or whose check is off, is still no success.
  if (failed)
    return caseOf(attributes, 'skipped', [
      element('skipped', { message: failed.failure?.message ?? 'failed' }),
      remarks(findings),
    ]);
  if (notRun || steps.length === 0) {
    const message = notRun?.reason ?? 'not run';
    return caseOf(attributes, 'skipped', [element('skipped', { message }), remarks(findings)]);
  }
  return caseOf(attributes, 'passed', [remarks(findings)]);
}

/** What is about no migration of the scope, and what could not be judged. */
function otherCases({ findings, notJudged }: Verdict, { plan, steps }: Recording): Case[] {
  const known = new Set([
    ...plan.migrations.filter(({ rehearsed }) => rehearsed).map(({ id }) => id),
    ...steps.map(({ migration }) => migration),
  ]);
  const others = findings.filter(({ where }) => where.migration === undefined || !known.has(where.migration));
  return [
    ...others.map((finding) => {
      const attributes = { classname: finding.where.migration ?? 'rehearsal', name: finding.check, time: '0' };
      if (finding.severity === 'error') return caseOf(attributes, 'failure', [failure([finding])]);
      return caseOf(attributes, 'passed', [remarks([finding])]);
    }),
    ...notJudged.map(({ check, reason }) =>
      caseOf({ classname: 'could not be judged', name: `${check}: ${reason}`, time: '0' }, 'error', [
        element('error', { type: 'not-judged', message: reason }),
      ]),
    ),
  ];
}

const caseOf = (
  attributes: Readonly<Record<string, string>>,
  result: Case['result'],
  children: readonly string[],
): Case => ({
  result,
  xml: element('testcase', attributes, children),
});

/** One element for all: many readers take only the first. */
function failure(findings: readonly Finding[]): string {
  const [first] = findings;
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
  const attributes = { type: first?.check ?? '', message: `${first?.message ?? ''}${more}` };
  return element('failure', attributes, findings.map(fullText).join('\n\n'));
}

function remarks(findings: readonly Finding[]): string {
  const others = findings.filter(({ severity }) => severity !== 'error');
  return others.length === 0 ? '' : element('system-out', {}, others.map(fullText).join('\n\n'));
}

const fullText = (finding: Finding): string =>
  [
    `${finding.severity} ${finding.check}: ${finding.message}`,
    ...evidenceLines(finding),
    `Remedy: ${finding.remedy}`,
  ].join('\n');

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);
