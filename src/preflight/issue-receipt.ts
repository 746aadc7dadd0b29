import type { AwsFacts } from './facts/aws.ts';
import type { PreflightFacts } from './facts/index.ts';
import type { Receipt, ReceiptContent } from './facts/receipt.ts';
import type { RehearsalFacts } from './facts/rehearsal.ts';
import { chooseSnapshot } from './checks/choose-snapshot.ts';
import type { Judged } from './judge.ts';
import { isKnown } from './reading.ts';
import { RECEIPT_VALID_MS, sealReceipt } from './verify/receipt.ts';

/** What the pre-flight leaves in writing: which database, which way back, which answers. Also when the answer is no. */
export function issueReceipt(facts: PreflightFacts, { verdict, answers }: Judged): Receipt {
  const { tool, takenAt, target, aws, database, rehearsal } = facts;
  const { certificate } = rehearsal;
  return sealReceipt({
    format: 1,
    tool,
    issuedAt: takenAt,
    validUntil: new Date(Date.parse(takenAt) + RECEIPT_VALID_MS).toISOString(),
    outcome: verdict.outcome,
    ...(aws && wayBack(facts, aws)),
    target,
    ...(isKnown(database.systemIdentifier) && { systemIdentifier: database.systemIdentifier.value }),
    ...(isKnown(certificate) && { certificateSha256: certificate.value.sha256 }),
    pending: pendingIn(rehearsal),
    invariants: isKnown(facts.invariants) ? facts.invariants.value : [],
    answers: answers.map(({ check, answer, message, waived }) => ({
      check,
      answer,
      message,
      ...(waived && { waived: waived.reason }),
    })),
  });
}

type WayBack = Partial<
  Pick<ReceiptContent, 'account' | 'region' | 'resource' | 'snapshot' | 'latestRestorableAt' | 'rpoSeconds'>
>;

function wayBack(facts: PreflightFacts, aws: AwsFacts): WayBack {
  const { identity, region } = aws;
  const account = isKnown(identity) ? { account: identity.value.account } : {};
  if (!isKnown(aws.resource)) return { ...account, region };
  const { kind, identifier, resourceId, arn, engine, latestRestorableAt } = aws.resource.value;
  const chosen = chooseSnapshot(facts);
  const snapshot = isKnown(chosen) ? chosen.value : undefined;
  const from = latestRestorableAt ?? snapshot?.dataTime;
  return {
    ...account,
    region,
    resource: { kind, identifier, resourceId, arn, engine },
    ...(snapshot && {
      snapshot: {
        id: snapshot.id,
        arn: snapshot.arn,
        ...(snapshot.dataTime !== undefined && { dataTime: snapshot.dataTime }),
      },
    }),
    ...(latestRestorableAt !== undefined && { latestRestorableAt }),
    ...(from !== undefined && { rpoSeconds: secondsBetween(from, facts.takenAt) }),
  };
}

const secondsBetween = (from: string, to: string): number =>
  Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1_000));

/** On disk and not in production's books. */
function pendingIn({ migrations, applied }: RehearsalFacts): string[] {
  if (!isKnown(migrations) || !isKnown(applied)) return [];
  const done = new Set(applied.value.map(({ id }) => id));
  return migrations.value.flatMap(({ id }) => (done.has(id) ? [] : [id]));
}
