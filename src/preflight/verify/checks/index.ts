import type { PreflightCheck } from '../../check.ts';
import type { VerifyFacts } from '../facts.ts';
import { leftOverChecks } from './left-overs.ts';
import { migrationChecks } from './migrations.ts';
import { promiseChecks } from './promises.ts';
import { receiptChecks } from './receipt.ts';
import { schemaChecks } from './schema.ts';
import { statisticsChecks } from './statistics.ts';
import { surroundingsChecks } from './surroundings.ts';

/** Every check of `pgrehearse verify`, in the order in which reports list them. */
export const VERIFY_CHECKS: readonly PreflightCheck<VerifyFacts>[] = [
  ...receiptChecks,
  ...migrationChecks,
  ...schemaChecks,
  ...leftOverChecks,
  ...statisticsChecks,
  ...promiseChecks,
  ...surroundingsChecks,
];
