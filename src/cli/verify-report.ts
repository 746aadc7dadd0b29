import type { Judged } from '../preflight/judge.ts';
import { isKnown } from '../preflight/reading.ts';
import type { VerifyFacts } from '../preflight/verify/facts.ts';
import { wayBack } from '../preflight/verify/way-back.ts';
import type { AnswersReport } from '../reports/answers.ts';

/** What a verification has to say; where production is not as it should be, the way back as it was rehearsed. */
export function verifyReport(facts: VerifyFacts, { verdict, answers }: Judged): AnswersReport {
  return {
    title: 'Verification',
    heading: headingOf(facts),
    verdict,
    answers,
    closing: verdict.outcome === 'safe' ? [] : wayBackOf(facts),
  };
}

function headingOf({ target, rehearsal, receipt, takenAt }: VerifyFacts): AnswersReport['heading'] {
  const { certificate } = rehearsal;
  return [
    { label: 'Database', text: `${target.database} on ${target.host}:${target.port} as ${target.user}` },
    {
      label: 'Rehearsal',
      text: isKnown(certificate) ? `of ${certificate.value.predicate.rehearsedAt}` : certificate.unknown,
    },
    {
      label: 'Receipt',
      text:
        receipt === undefined ? 'none was given' : isKnown(receipt) ? `of ${receipt.value.issuedAt}` : receipt.unknown,
    },
    { label: 'Taken at', text: takenAt },
  ];
}

function wayBackOf({ rehearsal, receipt }: VerifyFacts): AnswersReport['closing'] {
  const { certificate } = rehearsal;
  if (!isKnown(certificate)) return [];
  const { lines } = wayBack(certificate.value.predicate, receipt && isKnown(receipt) ? receipt.value : undefined);
  return [{ title: 'The rehearsed way back', lines }];
}
