import { expect, test } from 'vitest';

import { rehearseProject } from '../../helpers/project.ts';

test('a last migration that cannot be applied again does not keep all of them from being unwound', async () => {
  // golang-migrate leaves its books marked as unfinished after a failure; the database is built anew before the next step.
  const { steps } = await rehearseProject({
    config: 'migrations: { tool: sql, layout: golang-migrate }\n',
    migrations: {
      '1_teams': ['create table teams (id integer)', 'drop table teams'],
      '2_moods': ["create type mood as enum ('calm')", 'select 1'],
    },
  });
  expect(steps.slice(-3)).toEqual(['reapply 2_moods failed', 'unwind 2_moods completed', 'unwind 1_teams completed']);
});
