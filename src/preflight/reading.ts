/**
 * What a question brought: its answer, or why there is none. A question that could not be answered is never a pass, so the
 * two cannot be confused.
 */
export type Reading<Value> =
  | { readonly value: Value }
  | {
      /** One sentence without its full stop: `access denied to rds:DescribeDBSnapshots`. */
      readonly unknown: string;
      /** What would let us see: an IAM action (`rds:DescribeEvents`) or a grant (`pg_monitor`). */
      readonly needs?: string;
    };

export const known = <Value>(value: Value): Reading<Value> => ({ value });

export const unknown = (reason: string, needs?: string): Reading<never> => ({
  unknown: reason,
  ...(needs !== undefined && { needs }),
});

export const isKnown = <Value>(reading: Reading<Value>): reading is { readonly value: Value } => 'value' in reading;
