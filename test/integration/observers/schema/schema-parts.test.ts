import { describe, expect, test } from 'vitest';

import { composeSchemaChanges } from '../../../../src/recording/changes.ts';
import { startTestServer } from '../../../helpers/servers.ts';
import { DDL_GROUPS, ddlFor, ddlOf, statementsOf } from './ddl.ts';
import { beyondPosition, nameOf, openRig } from './rig.ts';
import { SETUP } from './setup.ts';
import { shuffled } from './shuffled.ts';

describe.each([14, 15, 16, 17, 18])(
  'on PostgreSQL %i, reading in parts gives the same as reading everything',
  (major) => {
    test.each(DDL_GROUPS)('%s', async (group) => {
      await using server = await startTestServer(major, { wal_level: 'logical' });
      await using rig = await openRig(server, group, SETUP);
      const wrong: string[] = [];
      for (const { sql, undo = [], noop = false, leaves } of ddlOf(group, major)) {
        const text = statementsOf(sql).join('; ');
        await rig.run(sql);
        const done = await rig.afterStep();
        if (noop === done.length > 0) wrong.push(`${text}: ${done.map(nameOf).join(', ') || 'no change'}`);
        expect(rig.told(), text).toEqual(await rig.fresh());

        await rig.run(undo);
        const left = beyondPosition(composeSchemaChanges([done, await rig.afterStep()]));
        if ((leaves === undefined) !== (left.length === 0))
          wrong.push(`${text}, undone: ${left.map(nameOf).join(', ')}`);
        expect(rig.told(), `${text}, undone`).toEqual(await rig.fresh());
      }
      expect(wrong).toEqual([]);
      await rig.verify();
    });

    test.each([1, 2])('several statements at random in one step, seed %i', async (seed) => {
      await using server = await startTestServer(major, { wal_level: 'logical' });
      await using rig = await openRig(server, `random_${seed}`, SETUP);
      const statements = shuffled(ddlFor(major), seed).flatMap(({ sql, undo = [] }) => [sql, undo]);
      for (let place = 0; place < statements.length; place += 7) {
        const step = statements.slice(place, place + 7).flat();
        // What one statement did may be in the way of the next; a migration that fails half-way is watched all the same.
        for (const statement of step) await rig.run(statement).catch(() => {});
        await rig.afterStep();
        expect(rig.told(), step.join('; ')).toEqual(await rig.fresh());
      }
    });
  },
);
