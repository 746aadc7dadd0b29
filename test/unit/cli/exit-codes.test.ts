import { expect, test } from 'vitest';
import { exitCodeOf } from '../../../src/cli/exit-codes.ts';
import { aFinding, aVerdict } from '../../helpers/verdicts.ts';

const warning = aFinding({ severity: 'warning' });
const unable = { check: 'backup-stale', reason: 'no time' };

test.each([
  ['nothing found', {}, 0, 0],
  ['a note', { findings: [aFinding({ severity: 'note' })] }, 0, 0],
  ['a warning', { findings: [warning] }, 0, 1],
  ['an error', { findings: [aFinding()] }, 1, 1],
  ['a check that could not look', { notJudged: [unable] }, 3, 3],
  ['a warning and a check that could not look', { findings: [warning], notJudged: [unable] }, 3, 1],
  ['an error and a check that could not look', { findings: [aFinding()], notJudged: [unable] }, 1, 1],
  ['a waived error', { waived: [{ finding: aFinding(), reason: 'r' }] }, 0, 0],
] as const)('%s', (_, parts, onError, onWarning) => {
  expect(exitCodeOf(aVerdict(parts), 'error')).toBe(onError);
  expect(exitCodeOf(aVerdict(parts), 'warning')).toBe(onWarning);
});
