import type { RehearsalPredicate, SchemaDigest } from '../../src/preflight/facts/certificate.ts';
import { digestOfObjects } from '../../src/preflight/certificate/schema-digest.ts';

const sha256 = (letter: string): string => letter.repeat(64);

const aDigest = (objects: Readonly<Record<string, string>> = { 'table public.users': '0123456789abcdef' }) =>
  ({ sha256: digestOfObjects(objects), objects }) satisfies SchemaDigest;

/** Of a rehearsal that went well, with every field there is; a test changes the one thing it is about. */
export const aPredicate = (parts: Partial<RehearsalPredicate> = {}): RehearsalPredicate => ({
  format: 1,
  tool: { name: 'pgrehearse', version: '0.0.0' },
  rehearsedAt: '2026-11-25T10:00:00.000Z',
  durationMs: 12_000,
  interrupted: false,
  verdict: { outcome: 'safe', errors: 0, warnings: 1, notJudged: [], waived: [] },
  server: { provider: 'local', version: '17.4', major: 17, migrationRole: 'shop', settings: { timezone: 'UTC' } },
  extensions: { before: { plpgsql: '1.0' }, after: { plpgsql: '1.0', pg_trgm: '1.6' } },
  backup: {
    format: 'custom',
    file: 'shop.dump',
    bytes: 1_000,
    createdAt: '2026-11-25T04:00:00.000Z',
    serverMajor: 17,
    database: 'shop',
    tables: 3,
    rows: 50,
  },
  migrations: {
    tool: 'knex',
    scope: 'pending',
    forwardOnly: false,
    rehearsed: [
      { id: '0002_items', checksum: sha256('2') },
      { id: '0003_phone', checksum: sha256('3') },
    ],
    applied: ['0001_begin'],
  },
  schema: { before: aDigest(), after: aDigest({ 'table public.items': 'fedcba9876543210' }), leftOut: ['comment'] },
  tables: [
    {
      relation: 'public.users',
      kind: 'table',
      migrations: ['0003_phone'],
      existedBefore: true,
      rowsBefore: 50,
      schemaChanged: true,
      dataChanged: false,
      lockMode: 'AccessExclusiveLock',
      lockedMs: 12,
    },
  ],
  timings: [
    { migration: '0002_items', direction: 'up', durationMs: 10 },
    { migration: '0002_items', direction: 'down', durationMs: 5 },
    { migration: '0003_phone', direction: 'up', durationMs: 20 },
    { migration: '0003_phone', direction: 'down', durationMs: 15 },
  ],
  invariants: [{ name: 'ledger balances', expect: 'unchanged' }],
  resources: { walBytes: 100, peakDiskBytes: 3_000, startDiskBytes: 2_000 },
  ...parts,
});
