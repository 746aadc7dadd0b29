import { preflightCheckFor, type Said, skipped } from '../check.ts';
import type { PreflightFacts } from '../facts/index.ts';
import type { CertificateFacts } from '../facts/rehearsal.ts';
import { isKnown } from '../reading.ts';

export const defineCheck = preflightCheckFor<PreflightFacts>();

/** What a check says of the certificate. That there is none is said once, by `certificate-missing`, and blocks. */
export function* ifCertified(
  { rehearsal: { certificate } }: PreflightFacts,
  say: (certificate: CertificateFacts) => Iterable<Said>,
): Iterable<Said> {
  if (isKnown(certificate)) yield* say(certificate.value);
  else yield skipped('There is no certificate; certificate-missing says why.');
}
