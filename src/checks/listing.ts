/** `a, b and 3 more`. */
export function listing(items: readonly string[], most = 3): string {
  const shown = items.slice(0, most).join('; ');
  return items.length > most ? `${shown}; and ${items.length - most} more` : shown;
}
