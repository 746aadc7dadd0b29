import { describe, expect, test } from 'vitest';

import { composeSchemaChanges } from '../../../../src/recording/changes.ts';
import type { SchemaChange } from '../../../../src/recording/schema-snapshot.ts';
import { dumpGlobals, dumpSchema } from '../../../helpers/pg-dump.ts';
import { startTestServer } from '../../../helpers/servers.ts';
import { DDL_GROUPS, ddlOf, statementsOf, type DdlGroup } from './ddl.ts';
import { beyondPosition, nameOf, openRig, type Rig } from './rig.ts';
import { SETUP } from './setup.ts';

/** Of these two majors a `pg_dump` of 15 tells the truth. */
describe.each([14, 15])('on PostgreSQL %i, what differs for us is what differs for pg_dump', (major) => {
  test.each(DDL_GROUPS)('%s', async (group) => {
    await using server = await startTestServer(major, { wal_level: 'logical' });
    await using rig = await openRig(server, group, SETUP);
    const disagreements: string[] = [];
    const start = await dumpAll(rig, group);
    let dump = start;

    for (const { sql, undo = [], unseenByDump, noop = false, leaves } of ddlOf(group, major)) {
      await rig.run(sql);
      const done = await rig.afterStep();
      const after = await dumpAll(rig, group);
      if (unseenByDump !== undefined && after !== dump)
        disagreements.push(`pg_dump sees it after all: ${statementsOf(sql).join('; ')}`);
      const theirs = after !== dump || (unseenByDump !== undefined && !noop);
      if (theirs !== beyondPosition(done).length > 0) disagreements.push(say(sql, done, theirs));
      if (noop === theirs) disagreements.push(`${statementsOf(sql).join('; ')}: noop is ${noop}`);

      await rig.run(undo);
      const left = beyondPosition(composeSchemaChanges([done, await rig.afterStep()]));
      if (leaves === undefined && left.length > 0) disagreements.push(`undone, ${say(sql, left, false)}`);
      if (leaves !== undefined) dump = await dumpAll(rig, group);
    }
    expect(disagreements).toEqual([]);
    const told = beyondPosition(rig.changes()).length > 0;
    expect((await dumpAll(rig, group)) !== start, 'what all of them left').toBe(told);
    expect(await rig.mistold()).toEqual([]);
  });
});

/** Globals are slow to dump and differ in few groups. */
async function dumpAll({ target }: Rig, group: DdlGroup): Promise<string> {
  const globals = group === 'cluster' || group === 'comments';
  const [schema, cluster] = await Promise.all([dumpSchema(target), globals ? dumpGlobals(target) : []]);
  return [...schema, ...cluster].join('\n');
}

const say = (sql: string | readonly string[], ours: readonly SchemaChange[], theirs: boolean): string =>
  `${statementsOf(sql).join('; ')}: we say ${ours.map(nameOf).join(', ') || 'nothing'}, pg_dump ${theirs ? 'a change' : 'nothing'}`;
