import { duration } from '../../support/duration.ts';
import { fail, pass, type PreflightCheck, skipped, whenKnown } from '../check.ts';
import type { PreflightFacts } from '../facts/index.ts';
import type { SignatureFacts } from '../facts/rehearsal.ts';
import { defineCheck, ifCertified } from './certificate-check.ts';

const certificateMissing = defineCheck({
  id: 'certificate-missing',
  title: 'There is no certificate of a rehearsal',
  group: 'migrations',
  effect: 'Nothing shows that what is about to run was ever rehearsed.',
  remedy: 'Rehearse with `pgrehearse run` and pass its certificate.json.',
  limits: {},

  *ask({ rehearsal: { certificate } }) {
    yield* whenKnown(certificate, function* ({ file, sha256, predicate: { rehearsedAt, tool } }) {
      const evidence = { file, sha256, rehearsedAt };
      yield pass(`${file} is of the rehearsal of ${rehearsedAt}, by pgrehearse ${tool.version}.`, evidence);
    });
  },
});

const certificateTooOld = defineCheck({
  id: 'certificate-too-old',
  title: 'The rehearsal was long ago',
  group: 'migrations',
  effect: 'Data and load of production have moved on: what was fast and lost nothing then may not now.',
  remedy: 'Rehearse again with a new backup.',
  limits: { maxAgeHours: 168 },

  *ask(facts, { maxAgeHours }) {
    yield* ifCertified(facts, function* ({ predicate: { rehearsedAt } }) {
      const ageMs = Date.parse(facts.takenAt) - Date.parse(rehearsedAt);
      const evidence = { rehearsedAt, maxAgeHours };
      if (ageMs < -TOLERANCE_MS) {
        yield fail(`The certificate says that the rehearsal was at ${rehearsedAt}, which is still to come.`, evidence);
        return;
      }
      const message = `The rehearsal was ${duration(Math.max(0, ageMs))} ago; the limit is ${maxAgeHours} h.`;
      yield ageMs > maxAgeHours * HOUR_MS ? fail(message, evidence) : pass(message, evidence);
    });
  },
});

const HOUR_MS = 3_600_000;

/** Two machines' clocks. */
const TOLERANCE_MS = 5 * 60_000;

const certificateUntrusted = defineCheck({
  id: 'certificate-untrusted',
  title: 'The certificate is not signed as it should be',
  group: 'migrations',
  effect: 'Anybody who can write the file can say that a rehearsal went well.',
  remedy: 'Rehearse in the job that has the key, with `pgrehearse run --sign-key`.',
  limits: {},

  *ask(facts) {
    yield* ifCertified(facts, function* ({ file, signature }) {
      const { expectedKeyId, verified } = signature;
      if (expectedKeyId === undefined) yield skipped('No key is configured to verify the certificate with.');
      else if (verified) yield pass(`${file} is signed with the key ${short(expectedKeyId)}.`, { expectedKeyId });
      else yield fail(`${file} ${whyNot(signature, expectedKeyId)}.`, { expectedKeyId, keyIds: signature.keyIds });
    });
  },
});

function whyNot({ signed, keyIds }: SignatureFacts, expectedKeyId: string): string {
  if (!signed) return 'is not signed';
  if (keyIds.length === 0 || keyIds.includes(expectedKeyId)) {
    return `has a signature that is not of the key ${short(expectedKeyId)}, or was changed after it had been signed`;
  }
  return `is signed with the key ${keyIds.map(short).join(', ')}, not with ${short(expectedKeyId)}`;
}

const short = (keyId: string): string => keyId.slice(0, 16);

export const certificateTrustChecks: readonly PreflightCheck<PreflightFacts>[] = [
  certificateMissing,
  certificateUntrusted,
  certificateTooOld,
];
