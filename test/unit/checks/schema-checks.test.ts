import { describe, expect, test } from 'vitest';
import { columnOrderChanged } from '../../../src/checks/column-order-changed.ts';
import { constraintNotValidated } from '../../../src/checks/constraint-not-validated.ts';
import { downLeavesSchemaChanged } from '../../../src/checks/down-leaves-schema-changed.ts';
import { downMissing } from '../../../src/checks/down-missing.ts';
import { indexInvalid } from '../../../src/checks/index-invalid.ts';
import { judge } from '../../../src/checks/judge.ts';
import { reapplyDiffers } from '../../../src/checks/reapply-differs.ts';
import type { Check } from '../../../src/checks/check.ts';
import type { Recording } from '../../../src/recording/recording.ts';
import { added, aMigration, aRecording, aRoundTrip, aStep, removed } from '../../helpers/recordings.ts';

const OPTIONS = { checks: {}, waivers: [], today: '2026-11-23' };

const found = (check: Check, parts: Partial<Recording>): string[] =>
  judge(aRecording(parts), OPTIONS, [check]).findings.map(({ check: id, where }) =>
    `${id} ${where.migration ?? ''}`.trim(),
  );

const index = added('index', 'public.customers_city', { valid: true }, 'public.customers');
const noIndex = removed('index', 'public.customers_city', { valid: true }, 'public.customers');
const column = added('column', 'public.customers.vip', { position: 5 }, 'public.customers');
const noColumn = removed('column', 'public.customers.vip', { position: 5 }, 'public.customers');

describe('down-leaves-schema-changed', () => {
  test('names what up added and down left', () => {
    const steps = aRoundTrip({ apply: { schema: [index, column] }, revert: { schema: [noColumn] } });
    const [finding] = judge(aRecording({ steps }), OPTIONS, [downLeavesSchemaChanged]).findings;
    expect(finding).toMatchObject({
      severity: 'error',
      where: { migration: '0001_vip', direction: 'down', relation: 'public.customers' },
      evidence: { objects: 1 },
    });
    expect(finding?.message).toContain('public.customers_city');
  });

  test('stays silent when down undoes everything', () => {
    const steps = aRoundTrip({ apply: { schema: [index, column] }, revert: { schema: [noColumn, noIndex] } });
    expect(found(downLeavesSchemaChanged, { steps })).toEqual([]);
  });

  test('stays silent on a mere change of column order', () => {
    const was = { type: 'text', position: 2 };
    const steps = aRoundTrip({
      apply: { schema: [removed('column', 'public.c.nickname', was, 'public.c')] },
      revert: { schema: [added('column', 'public.c.nickname', { ...was, position: 4 }, 'public.c')] },
    });
    expect(found(downLeavesSchemaChanged, { steps })).toEqual([]);
    expect(found(columnOrderChanged, { steps })).toEqual(['column-order-changed 0001_vip']);
  });

  test('leaves a down that does nothing to down-missing', () => {
    const steps = aRoundTrip({ apply: { schema: [index] }, revert: { schema: [], data: [] } });
    expect(found(downLeavesSchemaChanged, { steps })).toEqual([]);
    expect(found(downMissing, { steps })).toEqual(['down-missing 0001_vip']);
  });

  test('sees what only the unwinding leaves behind, and blames the migration that left it', () => {
    const first = { migration: '0001_vip' };
    const second = { migration: '0002_city' };
    const steps = [
      aStep('apply', { ...first, observations: { schema: [column] } }),
      aStep('revert', { ...first, observations: { schema: [noColumn] } }),
      aStep('reapply', { ...first, observations: { schema: [column] } }),
      aStep('apply', { ...second, observations: { schema: [index] } }),
      aStep('revert', { ...second, observations: { schema: [noIndex] } }),
      aStep('reapply', { ...second, observations: { schema: [index] } }),
      aStep('unwind', { ...second, observations: { schema: [] } }),
      aStep('unwind', { ...first, observations: { schema: [noColumn] } }),
    ];
    expect(found(downLeavesSchemaChanged, { steps })).toEqual(['down-leaves-schema-changed 0002_city']);
  });

  test('takes a rebuild of the database into account', () => {
    const steps = [
      aStep('apply', { migration: '0001_a', observations: { schema: [index] } }),
      aStep('revert', { migration: '0001_a', observations: { schema: [noIndex] } }),
      aStep('reapply', {
        migration: '0001_a',
        status: 'failed',
        failure: { message: 'no' },
        observations: { schema: [] },
      }),
      aStep('apply', {
        migration: '0002_b',
        observations: { schema: [column] },
        rebuilt: { reason: 'x', durationMs: 1, schema: [index], data: [] },
      }),
      aStep('revert', { migration: '0002_b', observations: { schema: [noColumn] } }),
      aStep('reapply', { migration: '0002_b', observations: { schema: [column] } }),
      aStep('unwind', { migration: '0002_b', observations: { schema: [noColumn] } }),
      aStep('unwind', { migration: '0001_a', observations: { schema: [noIndex] } }),
    ];
    expect(found(downLeavesSchemaChanged, { steps })).toEqual([]);
  });

  test('is not judged when nobody watched the schema', () => {
    const verdict = judge(aRecording({ observed: ['data'] }), OPTIONS, [downLeavesSchemaChanged]);
    expect(verdict).toMatchObject({ outcome: 'inconclusive', notJudged: [{ check: 'down-leaves-schema-changed' }] });
  });
});

describe('reapply-differs', () => {
  test('sees another default the second time', () => {
    const other = added('column', 'public.customers.vip', { position: 5, default: 'b' }, 'public.customers');
    const one = added('column', 'public.customers.vip', { position: 5, default: 'a' }, 'public.customers');
    const gone = removed('column', 'public.customers.vip', { position: 5, default: 'a' }, 'public.customers');
    const steps = aRoundTrip({ apply: { schema: [one] }, revert: { schema: [gone] }, reapply: { schema: [other] } });
    expect(found(reapplyDiffers, { steps })).toEqual(['reapply-differs 0001_vip']);
  });

  test('does not repeat what down left behind', () => {
    const steps = aRoundTrip({
      apply: { schema: [index, column] },
      revert: { schema: [noColumn] },
      reapply: { schema: [column] },
    });
    expect(found(reapplyDiffers, { steps })).toEqual([]);
  });
});

describe('constraint-not-validated and index-invalid', () => {
  const notValid = added('constraint', 'public.c.c_check', { validated: false }, 'public.c');
  const valid = { ...notValid, before: { validated: false }, after: { validated: true } };

  test('report what the first migration leaves', () => {
    expect(found(constraintNotValidated, { steps: aRoundTrip({ apply: { schema: [notValid] } }) })).toEqual([
      'constraint-not-validated 0001_vip',
    ]);
    const invalid = added('index', 'public.i', { valid: false }, 'public.c');
    expect(found(indexInvalid, { steps: aRoundTrip({ apply: { schema: [invalid] } }) })).toEqual([
      'index-invalid 0001_vip',
    ]);
  });

  test('stay silent when a later migration mends it, even if its down undoes that again', () => {
    const steps = [
      aStep('apply', { observations: { schema: [notValid] } }),
      aStep('apply', { migration: '0002_valid', observations: { schema: [valid] } }),
      aStep('revert', {
        migration: '0002_valid',
        observations: { schema: [{ ...notValid, before: { validated: true } }] },
      }),
      aStep('reapply', { migration: '0002_valid', observations: { schema: [valid] } }),
    ];
    expect(found(constraintNotValidated, { steps })).toEqual([]);
  });
});

describe('down-missing', () => {
  const irreversible = { ...aRecording().plan, migrations: [aMigration('0001_vip', { reversible: false })] };

  test('bites when there is no file, not when only going forward was asked for', () => {
    expect(found(downMissing, { plan: irreversible })).toEqual(['down-missing 0001_vip']);
    expect(found(downMissing, { plan: { ...irreversible, forwardOnly: true } })).toEqual([]);
  });
});
