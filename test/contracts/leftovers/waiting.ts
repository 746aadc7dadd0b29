import { setTimeout as delay } from 'node:timers/promises';

import type { ExpectStatic } from 'vitest';

import type { Place, Running } from './place.ts';

/** The stage was announced, or anything at all is there; then a little later, so that it is in the midst of it. */
export async function arrival(place: Place, run: Running, reached: string | undefined): Promise<void> {
  if (reached === undefined) while ((await place.left()).every((line) => line.startsWith('process '))) await delay(5);
  else await run.saying(reached);
  await delay(MIDST_MS);
}

const MIDST_MS = 300;

/** A process that was told to end may need a moment. */
export async function nothingLeft(place: Place, expect: ExpectStatic): Promise<void> {
  await expect.poll(() => place.left(), PATIENCE).toEqual([]);
}

const PATIENCE = { timeout: 20_000 };
