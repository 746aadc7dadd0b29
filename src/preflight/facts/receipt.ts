import type { AnswerKind } from '../../findings/answer.ts';
import type { Outcome } from '../../findings/verdict.ts';
import { amount, listOf, objectOf, oneOf, optional, type Shape, simple, text } from '../../recording/shape.ts';
import type { ResourceKind } from './aws.ts';
import type { TargetFacts } from './index.ts';

/**
 * What a pre-flight leaves behind, for the one who migrates and for `pgrehearse verify`. Times are ISO-8601 UTC. It holds
 * no secret and no value of a row.
 */
export interface Receipt extends ReceiptContent {
  /** Over everything else in it, hex; guards against edits by hand, not against a forger. */
  readonly sha256: string;
}

export interface ReceiptContent {
  readonly format: 1;
  readonly tool: { readonly name: 'pgrehearse'; readonly version: string };
  readonly issuedAt: string;
  /** A pre-flight tells of a moment: 15 minutes after `issuedAt`. */
  readonly validUntil: string;
  readonly outcome: Outcome;
  readonly account?: string;
  readonly region?: string;
  /** Absent: not on AWS, or not found there. */
  readonly resource?: ReceiptResource;
  /** The newest one that could be used. */
  readonly snapshot?: { readonly id: string; readonly arn?: string; readonly dataTime?: string };
  readonly latestRestorableAt?: string;
  /** How much of the newest work would be lost at worst if production had to be restored at `issuedAt`. */
  readonly rpoSeconds?: number;
  readonly target: TargetFacts;
  /** `pg_control_system().system_identifier`; absent where the server does not tell. */
  readonly systemIdentifier?: string;
  /** Over the bytes of the certificate's file, hex. */
  readonly certificateSha256?: string;
  /** Ids of the migrations that were waiting. */
  readonly pending: readonly string[];
  /** What the invariants gave before the migration. */
  readonly invariants: readonly InvariantStart[];
  readonly answers: readonly {
    readonly check: string;
    readonly answer: AnswerKind;
    readonly message: string;
    /** Why somebody accepted it all the same. */
    readonly waived?: string;
  }[];
}

export interface ReceiptResource {
  readonly kind: ResourceKind;
  readonly identifier: string;
  readonly resourceId: string;
  readonly arn: string;
  /** `postgres`, `aurora-postgresql`; a cluster's restore asks for it. */
  readonly engine?: string;
}

/** As the recording has it: an aggregate's value, or a count and a hash of rows. */
export interface InvariantStart {
  readonly name: string;
  readonly value: string;
  readonly rows: number;
  readonly error?: string;
}

const time = simple<string>(
  'a time in ISO-8601',
  (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value)),
);

const resource = objectOf<ReceiptResource>({
  kind: oneOf('instance', 'multi-az-cluster', 'aurora-cluster'),
  identifier: text,
  resourceId: text,
  arn: text,
  engine: optional(text),
});

export const receiptShape: Shape<Receipt> = objectOf<Receipt>({
  format: oneOf(1),
  tool: objectOf<Receipt['tool']>({ name: oneOf('pgrehearse'), version: text }),
  issuedAt: time,
  validUntil: time,
  outcome: oneOf('safe', 'unsafe', 'inconclusive'),
  account: optional(text),
  region: optional(text),
  resource: optional(resource),
  snapshot: optional(
    objectOf<NonNullable<Receipt['snapshot']>>({ id: text, arn: optional(text), dataTime: optional(time) }),
  ),
  latestRestorableAt: optional(time),
  rpoSeconds: optional(amount),
  target: objectOf<TargetFacts>({ host: text, port: amount, database: text, user: text }),
  systemIdentifier: optional(text),
  certificateSha256: optional(text),
  pending: listOf(text),
  invariants: listOf(objectOf<InvariantStart>({ name: text, value: text, rows: amount, error: optional(text) })),
  answers: listOf(
    objectOf<Receipt['answers'][number]>({
      check: text,
      answer: oneOf('pass', 'warn', 'fail', 'unknown', 'skipped'),
      message: text,
      waived: optional(text),
    }),
  ),
  sha256: text,
});
