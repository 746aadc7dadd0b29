import { readFile, realpath } from 'node:fs/promises';

/** Whether programs cannot be started from a folder because its file system was mounted so. Only Linux tells. */
export async function isMountedNoexec(folder: string): Promise<boolean> {
  const path = await realpath(folder).catch(() => folder);
  const table = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const mounts = table.split('\n').flatMap((line) => {
    const [, , , , point, options] = line.split(' ');
    return point === undefined || options === undefined ? [] : [{ point: unescape(point), options }];
  });
  const around = mounts.filter(({ point }) => point === '/' || path === point || path.startsWith(`${point}/`));
  // Of two on one point the later one hides the earlier.
  const nearest = around.toReversed().toSorted((a, b) => b.point.length - a.point.length)[0];
  return nearest?.options.split(',').includes('noexec') ?? false;
}

/** Blanks are written `\040`. */
const unescape = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
