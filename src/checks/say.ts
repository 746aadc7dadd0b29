/** `1 row`, `3 rows`, `83,112 rows`: the same in every locale. */
export const count = (amount: number, noun: string, plural = `${noun}s`): string =>
  `${grouped(amount)} ${amount === 1 ? noun : plural}`;

export const grouped = (amount: number): string => String(amount).replaceAll(/\B(?=(\d{3})+$)/g, ',');

/** `a, b and 3 more`. */
export function listing(items: readonly string[], most = 3): string {
  const shown = items.slice(0, most).join('; ');
  return items.length > most ? `${shown}; and ${items.length - most} more` : shown;
}

/** `850 ms`, `4.2 s`, `3 min 20 s`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}
