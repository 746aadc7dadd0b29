import type { PreflightCheck } from '../../check.ts';

/** Every check of `pgrehearse verify`, in the order in which reports list them. */
export const VERIFY_CHECKS: readonly PreflightCheck<never>[] = [];
