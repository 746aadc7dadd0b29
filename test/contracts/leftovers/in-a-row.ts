import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { Place } from './place.ts';
import type { Held } from './rehearse-many.ts';
import type { LeftoversRig } from './rig.ts';

/** Enough to see what grows; `LEFTOVERS_IN_A_ROW=100` asks for more. */
export const timesFor = ({ slow = false }: LeftoversRig): number =>
  Number(process.env['LEFTOVERS_IN_A_ROW'] ?? (slow ? 10 : 25));

/** One process that rehearses the project so many times; what it holds after each. */
export async function rehearseInARow(place: Place, rig: LeftoversRig, times: number): Promise<readonly Held[]> {
  const script = fileURLToPath(new URL('./rehearse-many.ts', import.meta.url));
  const { PATH = '' } = process.env;
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--import', import.meta.resolve('tsx'), script, place.folder, String(times)],
    { env: { PATH, TMPDIR: place.temp, TSX_DISABLE_CACHE: '1', ...rig.env() }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code] = (await once(child, 'close')) as [number | null];
  const lines = out.split('\n').filter((line) => line !== '');
  if (code !== 0 || lines.length !== times) throw new Error(`${lines.length} of ${times} were rehearsed:\n${err}`);
  return lines.map((line) => JSON.parse(line) as Held);
}

/** Median of the last fifth against that of the first; 1: the same. */
export function heapGrowthRatio(held: readonly Held[]): number {
  const fifth = Math.max(2, Math.floor(held.length / 5));
  // The first one loads what the later ones have.
  const settled = held.slice(1);
  return middle(settled.slice(-fifth)) / middle(settled.slice(0, fifth));
}

function middle(held: readonly Held[]): number {
  const sorted = held.map(({ heapBytes }) => heapBytes).toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
