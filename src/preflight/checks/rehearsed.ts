import type { RehearsalPredicate } from '../facts/certificate.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { isKnown } from '../reading.ts';

/** What the certificate tells, where one can be read; without it nothing is expected of the migrations. */
const rehearsed = ({ rehearsal }: PreflightFacts): RehearsalPredicate | undefined =>
  isKnown(rehearsal.certificate) ? rehearsal.certificate.value.predicate : undefined;

/** How long applying everything took in the rehearsal. */
export const rehearsedMs = (facts: PreflightFacts): number =>
  (rehearsed(facts)?.timings ?? [])
    .filter(({ direction }) => direction === 'up')
    .reduce((sum, { durationMs }) => sum + durationMs, 0);

/** By how much the rehearsal's disk grew at most. */
export function rehearsedGrowthBytes(facts: PreflightFacts): number | undefined {
  const { peakDiskBytes, startDiskBytes } = rehearsed(facts)?.resources ?? {};
  return peakDiskBytes === undefined || startDiskBytes === undefined
    ? undefined
    : Math.max(0, peakDiskBytes - startDiskBytes);
}
