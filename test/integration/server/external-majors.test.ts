import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { expect, test } from 'vitest';

import { findingLines, rehearseFolder } from '../../helpers/rehearse-folder.ts';
import { startSharedServer } from '../../helpers/shared-server.ts';

/** The example shop on a server of others: with SQL files or with knex. */
function shopThere(config: string): { readonly file: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'pgrehearse-majors-'));
  cpSync('examples/shop', folder, { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const file = join(folder, config);
  writeFileSync(
    file,
    `${readFileSync(file, 'utf8')}\nserver: { provider: external, url: "\${REHEARSAL_SERVER_URL}" }\n`,
  );
  return { file, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

/** With the migration whose way back is broken, so that the database is built anew. */
const SCOPE = { scope: 'last:5' };

test.each([
  // Before 15 only a superuser may grant on the schema public, as the shop's backup does.
  [14, 'pgrehearse.sql.config.yaml', 'admin'],
  [15, 'pgrehearse.sql.config.yaml', 'admin'],
  [16, 'pgrehearse.sql.config.yaml', 'maker'],
  [17, 'pgrehearse.sql.config.yaml', 'maker'],
  [18, 'pgrehearse.config.yaml', 'maker'],
] as const)(
  'PostgreSQL %i as a shared server finds with %s as %s what a local one finds',
  async (major, config, role) => {
    await using shared = await startSharedServer(major);
    using copy = shopThere(config);
    const before = await shared.inventory();
    const local = await rehearseFolder(join('examples/shop', config), {
      flags: { ...SCOPE, postgresVersion: String(major) },
    });
    const there = await rehearseFolder(copy.file, {
      flags: SCOPE,
      env: { REHEARSAL_SERVER_URL: shared.urlFor(role) },
    });
    expect(there.recording.server.major).toBe(major);
    expect(findingLines(there.verdict)).toEqual(findingLines(local.verdict));
    expect(there.verdict.outcome).toBe(local.verdict.outcome);
    expect(there.recording.backup.complaints).toEqual([]);
    await expect.poll(() => shared.inventory()).toEqual(before);
  },
);
