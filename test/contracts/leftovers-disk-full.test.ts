import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import { describe, test } from 'vitest';

import { aPlace, type ProjectFiles } from './leftovers/place.ts';
import { project, SEED, VIP } from './leftovers/projects.ts';
import { LOCAL } from './leftovers/local-rig.ts';
import { smallDisk } from './leftovers/small-disk.ts';

/** A new server alone takes 40 MB. */
const ROOMY_MIB = 80;

const TABLE = (kind: string): string =>
  `create ${kind} table big as select i, repeat('x', 200) as t from generate_series(1, 1000000) i;`;

const ROWS = `copy customers (id, email) from stdin;
${Array.from({ length: 300_000 }, (_, index) => `${index + 3}\t${'x'.repeat(200)}\n`).join('')}\\.
`;

/** Its head is that of an archive, so that it is decompressed before anything is read. */
const HUGE_ARCHIVE = (): Buffer =>
  gzipSync(Buffer.concat([readFileSync('fixtures/backups-by-major/shop-15.dump'), Buffer.alloc(120 * 1024 * 1024)]), {
    level: 1,
  });

interface Case {
  readonly title: string;
  readonly project: () => ProjectFiles;
  readonly mebibytes?: number;
  readonly says: RegExp;
}

const CASES: readonly Case[] = [
  { title: 'starts', project, mebibytes: 20, says: /The local server could not be started/ },
  {
    title: 'is filled from a dump',
    project: () => project({ seed: `${SEED}${ROWS}` }),
    says: /The server could not go on with the restore/,
  },
  {
    title: 'is filled by a statement of a dump, and goes on without it',
    project: () => project({ seed: `${SEED}${TABLE('unlogged')}` }),
    says: /The server could not go on with the restore/,
  },
  {
    title: 'is masked',
    project: () => project({ masking: TABLE('unlogged') }),
    says: /The server could not go on with the restore/,
  },
  {
    title: 'is migrated, and crashes',
    project: () => project({ sql: { '0001_vip': VIP, '0002_big': [TABLE(''), 'drop table big;'] } }),
    says: /The server could not go on with up of 0002_big/,
  },
  {
    title: 'is migrated, and goes on',
    project: () => project({ sql: { '0001_vip': VIP, '0002_big': [TABLE('unlogged'), 'drop table big;'] } }),
    says: /The server could not go on with up of 0002_big/,
  },
  {
    title: 'waits for a dump that is taken',
    project: () => project({ backup: { file: undefined, command: 'cat seed.sql; yes | head -c 200000000' } }),
    says: /The backup cannot be kept in the temporary folder/,
  },
  {
    title: 'waits for an archive that is decompressed',
    project: () => project({ backup: { file: './huge.dump.gz' }, files: { 'huge.dump.gz': HUGE_ARCHIVE() } }),
    says: /The backup cannot be kept in the temporary folder/,
  },
];

describe('a full disk while a local server', () => {
  test.concurrent.for(CASES.map((one) => [one.title, one] as const))(
    '%s: says so, with the room there is, and leaves nothing',
    async ([, { project: files, mebibytes = ROOMY_MIB, says }], { expect, skip }) => {
      const disk = smallDisk(mebibytes);
      if (!disk) {
        process.stderr.write('Skipped: a full disk; this user may not mount a small one.\n');
        skip('no mount');
        return;
      }
      try {
        await using place = await aPlace(LOCAL, files(), disk.folder);
        const { code, err } = await place.run().ended;
        expect(err).toMatch(
          /^DISK_FULL: .*no space is left on the disk\. In \S+ [\d.]+ k?M?B of [\d.]+ MB are free now\.$/m,
        );
        expect(err).toMatch(says);
        expect(err).toContain(`In ${disk.folder} `);
        expect(err).toContain('hint: Free some space, or let TMPDIR name a folder with more.');
        expect(code).toBe(3);
        await expect.poll(() => place.left(), { timeout: 20_000 }).toEqual([]);
      } finally {
        disk.unmount();
      }
    },
  );
});
