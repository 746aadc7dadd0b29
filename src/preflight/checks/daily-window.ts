const DAY_MS = 86_400_000;

/**
 * Whether a daily window as RDS writes it (`23:30-00:30`, UTC) overlaps the time from `beginMs` to `endMs`. Undefined for
 * a text of another form.
 */
export function dailyWindowOverlaps(window: string, beginMs: number, endMs: number): boolean | undefined {
  const match = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(window);
  if (match === null) return undefined;
  const [from = 0, fromMinutes = 0, to = 0, toMinutes = 0] = match.slice(1).map(Number);
  const opens = (from * 60 + fromMinutes) * 60_000;
  const closes = (to * 60 + toMinutes) * 60_000;
  const lasts = (closes - opens + DAY_MS) % DAY_MS;
  // Yesterday's window may still be open.
  const midnight = Math.floor(beginMs / DAY_MS) * DAY_MS - DAY_MS;
  for (let day = midnight; day <= endMs; day += DAY_MS) {
    if (day + opens < endMs && beginMs < day + opens + lasts) return true;
  }
  return false;
}
