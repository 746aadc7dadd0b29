import { describe, expect, test } from 'vitest';
import type { Answer } from '../../../src/findings/answer.ts';
import { answersText } from '../../../src/reports/answers-terminal.ts';
import { aVerdict } from '../../helpers/verdicts.ts';

const unknown = (check: string, message: string, more: Partial<Answer> = {}): Answer => ({
  check,
  title: check,
  group: 'database',
  answer: 'unknown',
  message,
  evidence: {},
  remedy: `Mend ${check}.`,
  ...more,
});

const text = (answers: readonly Answer[]): string =>
  answersText({ title: 'Pre-flight', verdict: aVerdict(), answers, heading: [], closing: [] });

describe('open questions', () => {
  const three = ['idle-transaction', 'lock-queue', 'target-missing'];

  test('with one reason say it once, without what to do about answers that nobody had', () => {
    const said = text([
      unknown('schema-drift', 'Another reason.'),
      ...three.map((check) => unknown(check, 'Cannot connect.')),
    ]);
    expect(said.split('Cannot connect.')).toHaveLength(2);
    expect(said).toContain('3 questions for one reason');
    expect(said).toContain('idle-transaction lock-queue target-missing');
    expect(said).not.toContain('Mend lock-queue.');
    expect(said).toContain('Mend schema-drift.');
  });

  test('keep what to do where it is the same for all', () => {
    const said = text(three.map((check) => unknown(check, 'Hidden.', { remedy: 'Grant pg_monitor.' })));
    expect(said.split('→ Grant pg_monitor.')).toHaveLength(2);
  });

  test('that are few, waived or about a table stand by themselves', () => {
    const [first = '', second = ''] = three;
    const said = text([
      unknown(first, 'Cannot connect.'),
      unknown(second, 'Cannot connect.'),
      unknown('target-locked', 'Cannot connect.', { waived: { reason: 'known' } }),
      unknown('statistics-stale', 'Cannot connect.', { relation: 'public.orders' }),
    ]);
    expect(said.split('Cannot connect.')).toHaveLength(5);
  });
});
