import type { TemporaryKind } from './temporary.ts';

/** For a person, when pgrehearse could not: of the AWS CLI. */
export const deletionByHand = ({
  kind,
  id,
  region,
}: {
  readonly kind: TemporaryKind;
  readonly id: string;
  readonly region: string;
}): string =>
  kind === 'cluster'
    ? `aws rds delete-db-cluster --region ${region} --db-cluster-identifier ${id} --skip-final-snapshot`
    : `aws rds delete-db-instance --region ${region} --db-instance-identifier ${id} --skip-final-snapshot`;
