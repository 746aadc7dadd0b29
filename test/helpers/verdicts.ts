import type { Finding } from '../../src/findings/finding.ts';
import { decide, type NotJudged, type Verdict, type Waived } from '../../src/findings/verdict.ts';

export const aFinding = (details: Partial<Finding> = {}): Finding => ({
  check: 'down-loses-data',
  severity: 'error',
  where: { migration: '0001_vip', direction: 'down', relation: 'public.users', column: 'email' },
  message: 'Taking it back loses public.users.email with 3 values.',
  remedy: 'Keep the old column.',
  evidence: {},
  ...details,
});

export const aVerdict = (
  parts: {
    readonly findings?: readonly Finding[];
    readonly notJudged?: readonly NotJudged[];
    readonly waived?: readonly Waived[];
  } = {},
): Verdict => decide(parts.findings ?? [], parts.notJudged ?? [], parts.waived ?? []);
