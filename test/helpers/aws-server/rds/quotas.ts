import type { Resources } from '../world/world.ts';
import { refused } from '../wire/aws-error.ts';

/** Refuses when the account's quota is used up; else counts one more. */
export function checkQuota(resources: Resources, name: string, code: string): void {
  const quota = resources.quotas.find(({ AccountQuotaName }) => AccountQuotaName === name);
  if (quota === undefined) return;
  const { Used: used = 0, Max: max = 0 } = quota;
  if (used >= max) throw refused(code, `Cannot create more than ${max} of ${name} in this region.`);
  quota.Used = used + 1;
}

/** One less is used. */
export function releaseQuota(resources: Resources, name: string): void {
  const quota = resources.quotas.find(({ AccountQuotaName }) => AccountQuotaName === name);
  if (quota !== undefined) quota.Used = Math.max(0, (quota.Used ?? 0) - 1);
}
