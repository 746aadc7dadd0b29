import type { PreflightCheck } from '../check.ts';
import type { PreflightFacts } from '../facts/index.ts';

/** Every check of `pgrehearse preflight`, in the order in which reports list them. */
export const PREFLIGHT_CHECKS: readonly PreflightCheck<PreflightFacts>[] = [];
