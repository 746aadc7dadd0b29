/** Rows per unit of one source. */
export type RowsPerUnit = Map<string, number>;

/** How many rows each unit has in each source, as far as is known. */
export class RowCounts {
  readonly #perUnit: RowsPerUnit[];
  readonly #total: number[];

  constructor(perUnit: readonly RowsPerUnit[]) {
    this.#perUnit = [...perUnit];
    this.#total = perUnit.map(sum);
  }

  /** Sources whose number of rows is another: rows are gone from units that are not known to have changed. */
  deviating(rows: readonly (number | undefined)[]): number[] {
    return this.#total.flatMap((total, place) => (total === (rows[place] ?? total) ? [] : [place]));
  }

  setUnit(place: number, unit: string, rows: number): void {
    const perUnit = this.#perUnit[place];
    if (!perUnit) return;
    this.#total[place] = (this.#total[place] ?? 0) + rows - (perUnit.get(unit) ?? 0);
    if (rows === 0) perUnit.delete(unit);
    else perUnit.set(unit, rows);
  }

  forget(unit: string): void {
    for (const place of this.#perUnit.keys()) this.setUnit(place, unit, 0);
  }

  /** Takes the listing for true and returns the units that had another number of rows. */
  replace(place: number, listing: RowsPerUnit): string[] {
    const known = this.#perUnit[place] ?? new Map<string, number>();
    const units = new Set([...known.keys(), ...listing.keys()]);
    this.#perUnit[place] = listing;
    this.#total[place] = sum(listing);
    return [...units].filter((unit) => known.get(unit) !== listing.get(unit));
  }
}

const sum = (perUnit: RowsPerUnit): number => {
  let total = 0;
  for (const rows of perUnit.values()) total += rows;
  return total;
};

/** From `1259 16384=3,1259 16390=1`. */
export function toRowsPerUnit(text: unknown): RowsPerUnit {
  const perUnit: RowsPerUnit = new Map();
  if (typeof text !== 'string') return perUnit;
  for (const entry of text.split(',')) {
    const place = entry.indexOf('=');
    perUnit.set(entry.slice(0, place), Number(entry.slice(place + 1)));
  }
  return perUnit;
}
