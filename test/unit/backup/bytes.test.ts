import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

import { archiveHeader } from '../../../src/backup/archive/archive-header.ts';
import { createMessageReader, type PgRestoreMessage } from '../../../src/backup/archive/pg-restore-messages.ts';
import { createCopyTextReader } from '../../../src/backup/copy-text.ts';
import { createdAt } from '../../../src/backup/created-at.ts';
import { XxHash64 } from '../../../src/backup/plain/xxhash64.ts';
import { zstdFrames } from '../../../src/backup/plain/zstd-frames.ts';

function messagesOf(text: string): readonly PgRestoreMessage[] {
  const reader = createMessageReader();
  return [...reader.push(text), ...reader.end()];
}

const fixture = (name: string): Buffer =>
  readFileSync(fileURLToPath(new URL(`../../../fixtures/backups/${name}`, import.meta.url)));

describe('xxhash', () => {
  // Values of the reference implementation, XXH64 with seed 0.
  test.each([
    ['', 0x51_d8_e9_99],
    ['a', 0xa9_8c_6e_5b],
    ['abc', 0xad_77_09_99],
  ])('%j', (text, low) => {
    const hash = new XxHash64();
    hash.update(Buffer.from(text));
    expect(hash.low32().toString(16)).toBe(low.toString(16));
  });

  test('is the same in whatever pieces the data come', () => {
    const data = Buffer.from(Array.from({ length: 1003 }, (_, index) => (index * 31) % 256));
    const hashes = [1, 3, 31, 32, 33, 100, 1003].map((size) => {
      const hash = new XxHash64();
      for (let at = 0; at < data.length; at += size) hash.update(data.subarray(at, at + size));
      return hash.low32();
    });
    expect(new Set(hashes).size).toBe(1);
  });
});

async function* chunks(data: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

const decompressed = async (data: Buffer, size: number): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  for await (const piece of zstdFrames(chunks(data, size))) pieces.push(piece);
  return Buffer.concat(pieces);
};

describe('zstd', () => {
  test.each([1, 7, 1000, 1 << 20])('in chunks of %d bytes gives what was compressed', async (size) => {
    expect((await decompressed(fixture('library.sql.zst'), size)).equals(fixture('library.sql'))).toBe(true);
  });

  test('several frames and a skippable one give all of their contents', async () => {
    const frame = fixture('library.sql.zst');
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const both = await decompressed(Buffer.concat([frame, skippable, frame]), 500);
    expect(both.length).toBe(2 * fixture('library.sql').length);
  });

  test('every byte that is missing at the end is noticed', async () => {
    const data = fixture('library.sql.zst');
    for (const missing of [1, 2, 3, 4, 5, 100]) {
      await expect(decompressed(data.subarray(0, data.length - missing), 1000)).rejects.toThrow(/end|EOF/);
    }
  });

  test('a wrong checksum and what follows the data are noticed', async () => {
    const data = Buffer.from(fixture('library.sql.zst'));
    await expect(decompressed(Buffer.concat([data, Buffer.from('garbage!')]), 1000)).rejects.toThrow(/not zstd/);
    data[data.length - 1] = (data[data.length - 1] ?? 0) ^ 1;
    await expect(decompressed(data, 1000)).rejects.toThrow(/checksum/);
  });
});

describe('the head of an archive', () => {
  test.each([
    ['library.custom', '1.14', '15.'],
    ['library.uncompressed', '1.14', '15.'],
    ['library.directory/toc.dat', '1.14', '15.'],
    ['library.custom-17', '1.16', '17.'],
  ])('of %s', (name, formatVersion, version) => {
    const header = archiveHeader(fixture(name));
    expect(header).toMatchObject({ formatVersion, database: 'library' });
    expect(header?.serverVersion).toMatch(/^15\./);
    expect(header?.dumpVersion?.startsWith(version)).toBe(true);
    expect(header?.createdLocal).toMatch(/^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$/);
  });

  test('that is cut anywhere, or is something else, is none', () => {
    const whole = fixture('library.custom');
    for (let length = 0; length < 100; length += 1) expect(archiveHeader(whole.subarray(0, length))).toBeUndefined();
    expect(archiveHeader(Buffer.from('-- PostgreSQL database dump'))).toBeUndefined();
  });
});

test.each([
  ['2026-11-23 05:39:41 UTC', '2026-11-23T05:39:41.000Z'],
  ['2026-11-23 05:39:41 CET', '2026-11-23T04:39:41.000Z'],
  ['2026-11-23 05:39:41 +0330', '2026-11-23T02:09:41.000Z'],
  ['2026-11-23 05:39:41 -03', '2026-11-23T08:39:41.000Z'],
  ['2026-11-23 05:39:41 EDT', '2026-11-23T09:39:41.000Z'],
  ['nonsense', undefined],
])('%s', (text, iso) => {
  expect(createdAt(text)).toBe(iso);
});

test('fields of COPY are unescaped', () => {
  const reader = createCopyTextReader();
  const text = String.raw`a\tb	\N	\\N	x\134y	\303\234	\x41	` + '\n';
  const rows = [...reader.push(Buffer.from(text.slice(0, 9))), ...reader.push(Buffer.from(text.slice(9)))];
  expect(rows).toEqual([['a\tb', null, String.raw`\N`, String.raw`x\y`, 'Ü', 'A', '']]);
});

describe('what pg_restore says', () => {
  const TEXT = `pg_restore: connecting to database for restore
pg_restore: creating TABLE "public.orders"
pg_restore: while PROCESSING TOC:
pg_restore: from TOC entry 217; 1259 16536 TABLE orders app
pg_restore: error: could not execute query: ERROR:  role "app" does not exist
Command was: ALTER TABLE public.orders
  OWNER TO app;

pg_restore: processing data for table "public.orders"
pg_restore: error: COPY failed for table "orders": ERROR:  invalid input syntax for type date: "x"
CONTEXT:  COPY orders, line 2, column due: "x"
pg_restore: WARNING:  wal_level is insufficient to publish logical changes
pg_restore: error: could not read from input file: end of file
pg_restore: warning: errors ignored on restore: 2
`;

  test.each([1, 10, 10_000])('is taken apart in pieces of %d characters', (size) => {
    const reader = createMessageReader();
    const found = [];
    for (let at = 0; at < TEXT.length; at += size) found.push(...reader.push(TEXT.slice(at, at + size)));
    expect([...found, ...reader.end()]).toEqual([
      { kind: 'progress', item: 'TABLE public.orders' },
      {
        kind: 'refused',
        error: { message: 'role "app" does not exist', statement: 'ALTER TABLE public.orders\n  OWNER TO app;' },
      },
      { kind: 'progress', item: 'public.orders' },
      { kind: 'refused', error: { message: 'invalid input syntax for type date: "x"', statement: 'COPY orders' } },
      { kind: 'warning', message: 'wal_level is insufficient to publish logical changes' },
      { kind: 'error', message: 'could not read from input file: end of file' },
      { kind: 'ignored-errors', count: 2 },
    ]);
  });

  test.each([
    ['their beginnings', 'pg_restore:pg_restore:  error: finished item 3495 TABLE DATA loans\nREFUSED_ONE'],
    ['their levels', 'pg_restore:pg_restore:  error: error: REFUSED_OTHERREFUSED_ONE'],
    [
      'a beginning without its blank',
      'pg_restore: pg_restore:error:  REFUSED_ONElaunching item 3513 ACL TABLE loans\n',
    ],
    [
      'all of it',
      'pg_restore:pg_restore:  from TOC entry 1; 2 3 ACL books\nfinished item 4 TABLE a\npg_restore: pg_restore:error:  REFUSED_ONE creating RULE "r"\n',
    ],
  ])('is the same when two jobs mix %s', (_, mixed) => {
    const one = 'could not execute query: ERROR:  no "one"\nCommand was: ALTER TABLE a\n    ADD b int;\n\n';
    const other = 'could not execute query: ERROR:  no "other"\nCommand was: CREATE c (\n    d int\n);\n\n';
    const text = mixed.replace('REFUSED_ONE', one).replace('REFUSED_OTHER', other);
    const found = messagesOf(text).filter(({ kind }) => kind !== 'progress');
    const refused = [
      { kind: 'refused', error: { message: 'no "other"', statement: 'CREATE c (\n    d int\n);' } },
      { kind: 'refused', error: { message: 'no "one"', statement: 'ALTER TABLE a\n    ADD b int;' } },
    ];
    expect(found).toEqual(mixed.includes('OTHER') ? refused : refused.slice(1));
  });

  test('is the same when a statement of more than 1 KB is written in pieces, with another text between them', () => {
    const torn = `pg_restore: error: could not execute query: ERROR:  no "one"\nCommand was: CREATE INDEX one ON a (b) WHERE b IN ('val`;
    const text = [
      'pg_restore: launching item 1 INDEX one\n',
      `${torn}pg_restore: error: could not execute query: ERROR:  no "other"\nCommand was: DROP c;\n\nue');\n\n`,
      `${torn}could not execute query: ERROR:  no "third"\nCommand was: DROP d;\n\n`,
    ].join('');
    const found = messagesOf(text).filter(({ kind }) => kind !== 'progress');
    expect(found).toMatchObject([
      { kind: 'refused', error: { message: 'no "one"' } },
      { kind: 'refused', error: { message: 'no "other"', statement: expect.stringMatching(/^DROP c;/) as string } },
      { kind: 'refused', error: { message: 'no "one"' } },
      { kind: 'refused', error: { message: 'no "third"', statement: 'DROP d;' } },
    ]);
  });

  test.each([
    [
      'error: restoring data out of order is not supported',
      [{ kind: 'error', message: 'restoring data out of order is not supported' }],
    ],
    [
      'warning: restoring tables WITH OIDS is not supported anymore\npg_restore: error: could not read from input file: end of file',
      [
        { kind: 'warning', message: 'restoring tables WITH OIDS is not supported anymore' },
        { kind: 'error', message: 'could not read from input file: end of file' },
      ],
    ],
    [
      'WARNING:  no privileges were granted for "a"',
      [{ kind: 'warning', message: 'no privileges were granted for "a"' }],
    ],
    ['processing missed item 3 INDEX a', []],
  ])('%s', (text, expected) => {
    expect(messagesOf(`pg_restore: ${text}\n`)).toEqual(expected);
  });

  test('of the server, while an error of another job is awaited, does not take its level', () => {
    const text =
      'pg_restore: pg_restore: error: WARNING:  none granted\ncould not execute query: ERROR:  no "a"\nCommand was: DROP a;\n\n';
    expect(messagesOf(text)).toMatchObject([{ kind: 'warning' }, { kind: 'refused' }]);
  });

  test('is not lost when two jobs speak at once', () => {
    const found = messagesOf('pg_restore: error: pg_restore: creating INDEX "a"\n');
    expect(found).toEqual([
      { kind: 'error', message: expect.stringContaining('could not be told') as string },
      { kind: 'progress', item: 'INDEX a' },
    ]);
  });
});
