import type { RehearsalPredicate } from '../facts/certificate.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { isKnown, known, type Reading, unknown } from '../reading.ts';
import { rehearsedAsPending } from './certificate-migrations.ts';

/** What the certificate tells, where one can be read; without it nothing is expected of the migrations. */
const rehearsed = ({ rehearsal }: PreflightFacts): RehearsalPredicate | undefined =>
  isKnown(rehearsal.certificate) ? rehearsal.certificate.value.predicate : undefined;

/** How long applying everything took in the rehearsal. */
export const rehearsedMs = (facts: PreflightFacts): number =>
  (rehearsed(facts)?.timings ?? [])
    .filter(({ direction }) => direction === 'up')
    .reduce((sum, { durationMs }) => sum + durationMs, 0);

/** By how much the rehearsal's disk grew at most. Unknown: there is a rehearsal, and nobody measured it. */
export function rehearsedGrowthBytes(facts: PreflightFacts): Reading<number> {
  const predicate = rehearsed(facts);
  if (predicate === undefined || rehearsedAsPending(predicate.migrations).length === 0) return known(0);
  const { peakDiskBytes, startDiskBytes } = predicate.resources ?? {};
  return peakDiskBytes === undefined || startDiskBytes === undefined
    ? unknown('the rehearsal did not measure how much disk the migrations need')
    : known(Math.max(0, peakDiskBytes - startDiskBytes));
}
