import { describe, expect, test } from 'vitest';

import { composeSchemaChanges } from '../../../../src/recording/changes.ts';
import { startTestServer } from '../../../helpers/servers.ts';
import { DDL_GROUPS, ddlFor, ddlOf, statementsOf } from './ddl.ts';
import { beyondPosition, nameOf, openRig } from './rig.ts';
import { SETUP } from './setup.ts';
import { shuffled } from './shuffled.ts';

/** Between them, whole readings are compared at the end only: each takes longer than the statement. */
const THOROUGHLY = new Set([14, 15, 18]);

describe.each([14, 15, 16, 17, 18])(
  'on PostgreSQL %i, reading in parts gives the same as reading everything',
  (major) => {
    test.each(DDL_GROUPS)('%s', async (group) => {
      await using server = await startTestServer(major, { wal_level: 'logical' });
      await using rig = await openRig(server, group, SETUP);
      const wrong: string[] = [];
      const compare = async (text: string): Promise<void> => {
        const mistold = THOROUGHLY.has(major) ? await rig.mistold() : [];
        if (mistold.length > 0) wrong.push(`${text}: not told as it is: ${mistold.join(', ')}`);
      };
      for (const { sql, undo = [], noop = false, leaves } of ddlOf(group, major)) {
        const text = statementsOf(sql).join('; ');
        await rig.run(sql);
        const done = await rig.afterStep();
        if (noop === done.length > 0) wrong.push(`${text}: ${done.map(nameOf).join(', ') || 'no change'}`);
        await compare(text);

        await rig.run(undo);
        const left = beyondPosition(composeSchemaChanges([done, await rig.afterStep()]));
        if ((leaves === undefined) !== (left.length === 0))
          wrong.push(`${text}, undone: ${left.map(nameOf).join(', ')}`);
        await compare(`${text}, undone`);
      }
      expect(wrong).toEqual([]);
      expect(await rig.mistold()).toEqual([]);
      await rig.verify();
    });

    test('several statements at random in one step', async () => {
      await using server = await startTestServer(major, { wal_level: 'logical' });
      await using rig = await openRig(server, 'random', SETUP);
      const statements = shuffled(ddlFor(major), major).flatMap(({ sql, undo = [] }) => [sql, undo]);
      for (let place = 0; place < statements.length; place += 7) {
        const step = statements.slice(place, place + 7).flat();
        // What one statement did may be in the way of the next; a migration that fails half-way is watched all the same.
        for (const statement of step) await rig.run(statement).catch(() => {});
        await rig.afterStep();
        expect(await rig.mistold(), step.join('; ')).toEqual([]);
      }
    });
  },
);
