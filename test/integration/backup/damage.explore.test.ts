import { cp, mkdtemp, readFile, rm, writeFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EphemeralServer } from '../../../src/server/provider.ts';
import { isPgrehearseError } from '../../../src/support/errors.ts';
import { startTestServer } from '../../helpers/servers.ts';
import { contents, EXPECTED, fixture, restored } from './library.ts';
let server: EphemeralServer; let folder: string;
beforeAll(async () => { server = await startTestServer(15, { timezone: 'UTC' }); folder = await mkdtemp(join(tmpdir(), 'backup-test-')); });
afterAll(async () => { await server[Symbol.asyncDispose](); await rm(folder, { recursive: true }); });
const PLACES = Number(process.env['PLACES'] ?? 50);
for (const name of (process.env['NAMES'] ?? 'library.custom,library.tar,library.sql.gz,library.sql.zst').split(','))
  for (const how of ['cut', 'flip'])
    test(`${name} ${how}`, { timeout: 600_000 }, async () => {
      const whole = await readFile(fixture(name)); const isDir = name.includes('/');
      const tally: Record<string, number> = {}; const lines: string[] = [];
      for (let i = 0; i < PLACES; i++) {
        const at = Math.floor(((i + 0.5) * whole.length) / PLACES);
        let bytes = Buffer.from(whole);
        if (how === 'cut') bytes = bytes.subarray(0, at); else bytes[at] = (bytes[at] ?? 0) ^ (1 << i % 8);
        let path = join(folder, 'damaged'); if (isDir) { path = join(folder, 'dir'); await cp(fixture('library.directory'), path, { recursive: true, force: true }); await writeFile(join(path, name.split('/')[1]!), bytes); } else await writeFile(path, bytes);
        const t = Date.now(); let out: string;
        try {
          await using r = await restored(server, path, AbortSignal.timeout(30_000));
          const c = await contents(r.target).catch((e) => ({ e: e.message }));
          const same = JSON.stringify(c) === JSON.stringify(EXPECTED);
          out = r.result.complaints.length + r.result.missingExtensions.length > 0 ? 'complaint' : same ? 'same' : 'SILENT';
          lines.push(`${at} ${out} ${Date.now() - t} ${out === 'SILENT' ? Object.entries(c).filter(([k, v]) => JSON.stringify(v) !== JSON.stringify((EXPECTED as any)[k])).map(([k]) => k) : ''} ${r.result.complaints[0]?.object} ${r.result.complaints[0]?.message}`.slice(0, 230));
        } catch (e: any) { out = isPgrehearseError(e) ? e.code : `OTHER ${e.name}`; lines.push(`${at} ${out} ${Date.now() - t} ${e.message}`.slice(0, 230)); }
        tally[out] = (tally[out] ?? 0) + 1;
      }
      await writeFile(`/tmp/backups/damage.${name.replace('/', '_')}.${how}`, lines.join('\n'));
      console.log(name, how, tally, 'len', whole.length);
    });
test('left', async () => { console.log((await readdir(tmpdir())).filter((n) => n.startsWith('pgrehearse-restore'))); expect(1).toBe(1); });
