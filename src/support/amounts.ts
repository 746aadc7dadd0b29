/** `1 row`, `3 rows`, `83,112 rows`: the same in every locale. */
export const counted = (amount: number, noun: string, plural = `${noun}s`): string =>
  `${grouped(amount)} ${amount === 1 ? noun : plural}`;

const grouped = (amount: number): string => String(amount).replaceAll(/\B(?=(\d{3})+$)/g, ',');

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `512 B`, `1.2 MB`: decimal units, as disks are sold and clouds are billed. */
export function byteSize(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  const size = bytes / 1_000 ** power;
  return `${power === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${UNITS[power]}`;
}
