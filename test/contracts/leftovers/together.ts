import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { describe, test } from 'vitest';

import { aPlace } from './place.ts';
import { project, SLEEP, VIP } from './projects.ts';
import type { LeftoversRig } from './rig.ts';
import { stage } from './stages.ts';
import { arrival, nothingLeft } from './waiting.ts';

/** Several runs at once, and a terminal that does not wait. */
export function togetherContract(rig: LeftoversRig): void {
  const each = rig.isolated ? test.concurrent : test;

  describe(`rehearsals with the provider ${rig.provider}`, () => {
    each('at once in one folder come to their verdicts, and what they write belongs together', async ({ expect }) => {
      await using place = await aPlace(rig, project());
      const runs = Array.from({ length: rig.slow === true ? 2 : 6 }, () => place.run());
      const ended = await Promise.all(runs.map((run) => run.ended));
      for (const { code, err, out } of ended) {
        expect(code, err).toBe(0);
        expect(out).toMatch(/^SAFE/);
      }
      const folder = join(place.folder, '.pgrehearse');
      const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
      const recording = read('recording.json') as { startedAt: string; durationMs: number };
      expect(read('report.json')).toMatchObject({ recording });
      expect(readdirSync(folder).toSorted()).toEqual(FILES);
      await nothingLeft(place, expect);
    });

    each('of others are not disturbed by a start that sweeps what a killed one left', async ({ expect }) => {
      await using place = await aPlace(rig, project());
      const flag = join(place.temp, '..', 'go-on');
      await using living = await aPlace(
        rig,
        project({
          knex: {
            '001_wait.js': `exports.up = async (knex) => {
              await knex.raw('create table if not exists waited ()'); console.log('waiting');
              while (!require('node:fs').existsSync(${JSON.stringify(flag)})) await new Promise((go) => setTimeout(go, 20));
            };
            exports.down = (knex) => knex.raw('drop table waited');`,
          },
        }),
        place.temp,
      );
      await using doomed = await aPlace(
        rig,
        project({ sql: { '0001_vip': VIP, '0002_slow': [SLEEP, ''] } }),
        place.temp,
      );
      const [waits, dies] = [living.run(), doomed.run()];
      await Promise.all([waits.saying('waiting'), dies.saying('reapply 0001_vip')]);
      dies.child.kill('SIGKILL');
      await dies.ended;
      const { code, err } = await place.run().ended;
      expect(code, err).toBe(0);
      expect(waits.child.exitCode).toBe(null);
      writeFileSync(flag, '');
      const last = await waits.ended;
      expect(last.code, `${last.err}${last.out}`).toBe(0);
      await nothingLeft(place, expect);
    });

    each('end at once on a second Ctrl-C; the next start removes what there was no time for', async ({ expect }) => {
      const { project: files, reached } = stage('in a step');
      await using place = await aPlace(rig, files());
      const run = place.run();
      await arrival(place, run, reached);
      run.killGroup('SIGINT');
      await run.saying('Press Ctrl-C again');
      run.killGroup('SIGINT');
      expect((await run.ended).code).toBe(130);
      if (!rig.goneAtExit) {
        await using next = await aPlace(rig, project(), place.temp);
        expect((await next.run().ended).code).toBe(0);
      }
      await nothingLeft(place, expect);
    });

    each('go on, and end as they would have, when nobody reads what they say', async ({ expect }) => {
      await using place = await aPlace(rig, project());
      const run = place.run();
      run.child.stdout?.destroy();
      run.child.stderr?.destroy();
      const { code } = await run.ended;
      expect(code).toBe(0);
      expect(existsSync(join(place.folder, '.pgrehearse/recording.json'))).toBe(true);
      await nothingLeft(place, expect);
    });

    each('say that standard output is on a full disk, and leave nothing', async ({ expect, skip }) => {
      if (!existsSync('/dev/full')) skip('this system has no /dev/full');
      await using place = await aPlace(rig, project());
      const { code, err } = await place.runInto('/dev/full').ended;
      expect(err).toMatch(/^OUTPUT_UNWRITABLE: Standard output cannot be written: ENOSPC/m);
      expect(code).toBe(3);
      await nothingLeft(place, expect);
    });

    each('leave no half-written report when they are interrupted while they write', async ({ expect }) => {
      await using place = await aPlace(rig, project());
      const folder = join(place.folder, '.pgrehearse');
      mkdirSync(folder);
      // Another run is about to put its files there, so that this one waits; and one has left a file that was killed.
      for (const file of ['.writing', 'recording.json.999999999.tmp']) writeFileSync(join(folder, file), '');
      const run = place.run();
      while (!existsSync(join(folder, `junit.xml.${run.child.pid}.tmp`))) await delay(5);
      run.killGroup('SIGINT');
      await run.saying('Interrupted');
      rmSync(join(folder, '.writing'));
      const { code, err } = await run.ended;
      expect(code, err).toBe(130);
      expect(readdirSync(folder).toSorted()).toEqual(FILES);
      await nothingLeft(place, expect);
    });
  });
}

const FILES = ['.gitignore', 'certificate.json', 'junit.xml', 'recording.json', 'report.json', 'report.md'];
