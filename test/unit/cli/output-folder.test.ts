import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openOutputFolder } from '../../../src/cli/output-folder.ts';
import { parseRecording } from '../../../src/recording/parse.ts';
import { aRecording } from '../../helpers/recordings.ts';
import { aVerdict } from '../../helpers/verdicts.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgrehearse-out-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('holds recording and reports, and nothing else', async () => {
  const path = join(folder, 'deep/out');
  const output = await openOutputFolder(path, { isOurs: false });
  expect(readdirSync(path)).toEqual([]);
  await output.write(aVerdict(), aRecording());
  expect(readdirSync(path).toSorted()).toEqual([
    'certificate.json',
    'junit.xml',
    'recording.json',
    'report.json',
    'report.md',
  ]);
  expect(parseRecording(readFileSync(join(path, 'recording.json'), 'utf8'), 'r')).toEqual(aRecording());
});

test('is hidden from git only when it is the default one', async () => {
  await openOutputFolder(folder, { isOurs: true });
  expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('*\n');
});

test('holds no report of an earlier run once a new one begins, and keeps what is not ours', async () => {
  for (const file of ['junit.xml', 'recording.json', 'certificate.json', 'notes.txt'])
    writeFileSync(join(folder, file), 'old');
  await openOutputFolder(folder, { isOurs: false });
  expect(readdirSync(folder)).toEqual(['notes.txt']);
});

test.each(['a-file', 'a-file/below'])('that cannot be made is an error at once: %s', async (path) => {
  writeFileSync(join(folder, 'a-file'), '');
  await expect(openOutputFolder(join(folder, path), { isOurs: false })).rejects.toMatchObject({
    code: 'OUTPUT_UNWRITABLE',
    exitCode: 3,
  });
});

test('in which a report cannot be written is an error', async () => {
  const output = await openOutputFolder(folder, { isOurs: false });
  mkdirSync(join(folder, 'report.md'));
  await expect(output.write(aVerdict(), aRecording())).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
});

test.runIf(process.platform === 'linux')(
  'a folder that lies where none can be made is an error, not a hang',
  async () => {
    await expect(openOutputFolder('/proc/pgrehearse/out', { isOurs: false })).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
    });
  },
);
