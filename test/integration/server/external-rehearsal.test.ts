import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { findingLines, rehearseFolder } from '../../helpers/rehearse-folder.ts';
import { type SharedServer, startSharedServer } from '../../helpers/shared-server.ts';

let shared: SharedServer;
beforeAll(async () => {
  shared = await startSharedServer();
});
afterAll(() => shared[Symbol.asyncDispose]());

const SCENARIO = 'scenarios/down-loses-data/bites';

/** A copy of a scenario that runs on the shared server. */
function project(source: string, config: string): { readonly folder: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'pgrehearse-external-'));
  cpSync(source, folder, { recursive: true });
  const file = join(folder, 'pgrehearse.config.yaml');
  writeFileSync(file, `${readFileSync(file, 'utf8')}\n${config}\n`);
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

const EXTERNAL = 'server: { provider: external, url: "${REHEARSAL_SERVER_URL}" }';

describe('a rehearsal on a server of others', () => {
  test.each(['admin', 'maker', 'modest'] as const)(
    'comes to the local verdict as %s and leaves nothing',
    async (role) => {
      using copy = project(SCENARIO, EXTERNAL);
      const before = await shared.inventory();
      const local = await rehearseFolder(SCENARIO);
      const there = await rehearseFolder(copy.folder, { env: { REHEARSAL_SERVER_URL: shared.urlFor(role) } });
      if (process.env['SHOW'])
        console.log(JSON.stringify(there.recording.backup, null, 1), there.recording.observerFailures);
      expect(findingLines(there.verdict)).toEqual(findingLines(local.verdict));
      expect(there.verdict.outcome).toBe(local.verdict.outcome);
      expect(there.verdict.notJudged).toEqual(local.verdict.notJudged);
      expect(there.recording.observerFailures.map(({ observer }) => observer)).toEqual(['statements']);
      expect(JSON.stringify(there)).not.toContain('s3cret');
      expect(await shared.inventory()).toEqual(before);
    },
  );
});
