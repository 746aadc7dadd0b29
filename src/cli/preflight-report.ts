import type { PreflightFacts } from '../preflight/facts/index.ts';
import type { Receipt } from '../preflight/facts/receipt.ts';
import type { Judged } from '../preflight/judge.ts';
import { isKnown } from '../preflight/reading.ts';
import { restoreCommand } from '../preflight/verify/restore-command.ts';
import { wayBack } from '../preflight/verify/way-back.ts';
import type { AnswersReport } from '../reports/answers.ts';
import { duration } from '../support/duration.ts';

/** What a pre-flight has to say, apart from how it is shown. */
export function preflightReport(facts: PreflightFacts, { verdict, answers }: Judged, receipt: Receipt): AnswersReport {
  return {
    title: 'Pre-flight',
    heading: headingOf(facts, receipt),
    verdict,
    answers,
    closing: closingOf(facts, receipt),
  };
}

type Heading = AnswersReport['heading'];

function headingOf({ target, aws, rehearsal, takenAt }: PreflightFacts, receipt: Receipt): Heading {
  const { certificate } = rehearsal;
  return [
    { label: 'Database', text: `${target.database} on ${target.host}:${target.port} as ${target.user}` },
    ...(aws ? awsHeading(aws, receipt) : [{ label: 'AWS', text: 'not asked: the config says `aws: off`' }]),
    ...(isKnown(certificate)
      ? [{ label: 'Rehearsal', text: rehearsalText(certificate.value) }]
      : [{ label: 'Rehearsal', text: certificate.unknown }]),
    { label: 'Taken at', text: `${takenAt}, holds until ${receipt.validUntil}` },
  ];
}

function awsHeading(aws: NonNullable<PreflightFacts['aws']>, receipt: Receipt): Heading {
  const { account, region, resource, snapshot, rpoSeconds } = receipt;
  const real = aws.isAwsEndpoint ? '' : ` through ${aws.endpoint}, which is NOT AWS`;
  return [
    { label: 'AWS', text: `account ${account ?? 'unknown'}, ${region ?? 'region unknown'}${real}` },
    ...(resource
      ? [
          {
            label: 'Resource',
            text: `${resource.kind} ${resource.identifier} (${resource.resourceId}), ${resource.engine ?? ''}`,
          },
        ]
      : []),
    ...(snapshot
      ? [{ label: 'Snapshot', text: `${snapshot.id}, data of ${snapshot.dataTime ?? 'unknown time'}` }]
      : []),
    ...(rpoSeconds === undefined ? [] : [{ label: 'RPO', text: `${duration(rpoSeconds * 1_000)} of work at most` }]),
  ];
}

function rehearsalText({ predicate }: { readonly predicate: Parameters<typeof wayBack>[0] }): string {
  const { rehearsed, tool } = predicate.migrations;
  return `${predicate.verdict.outcome}, of ${predicate.rehearsedAt}: ${rehearsed.length} ${tool} migrations on PostgreSQL ${predicate.server.version}`;
}

function closingOf({ rehearsal }: PreflightFacts, receipt: Receipt): AnswersReport['closing'] {
  const { certificate } = rehearsal;
  const restore = restoreCommand(receipt)?.split('\n') ?? [];
  return [
    isKnown(certificate)
      ? { title: 'The way back', lines: wayBack(certificate.value.predicate, receipt).lines }
      : { title: 'The way back', lines: restore },
    { title: 'After the migration', lines: ['pgrehearse verify'] },
  ].filter(({ lines }) => lines.length > 0);
}
