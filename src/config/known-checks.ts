import { CHECKS } from '../checks/index.ts';
import { PREFLIGHT_CHECKS } from '../preflight/checks/index.ts';
import { VERIFY_CHECKS } from '../preflight/verify/checks/index.ts';

/** What the config has to know of a check, whichever command asks it. */
export interface KnownCheck {
  readonly id: string;
  readonly limits: object;
}

export const KNOWN_CHECKS: readonly KnownCheck[] = [...CHECKS, ...PREFLIGHT_CHECKS, ...VERIFY_CHECKS];

export const KNOWN_CHECK_IDS: readonly string[] = KNOWN_CHECKS.map(({ id }) => id);
