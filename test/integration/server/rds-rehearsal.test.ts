import { afterEach, expect, test } from 'vitest';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';

import { aWorld } from '../../helpers/aws-server/world/a-world.ts';
import { anRdsRig, type RdsRig } from '../../helpers/rds-rig.ts';
import { aProject, type ProjectParts } from '../../helpers/project.ts';
import { findingLines, rehearseFolder } from '../../helpers/rehearse-folder.ts';

const ROLES = 'create role shop login';
const SEED = `
create table customers (id integer primary key, email text not null, phone text);
insert into customers values (1, 'Ada@example.com', '555-0100'), (2, 'bob@example.com', null);
create table orders (id integer primary key, customer integer not null references customers (id), cents integer not null);
insert into orders select n, 1 + n % 2, n from generate_series(1, 50) n;
alter table customers owner to shop;
alter table orders owner to shop;
grant create on schema public to shop;
`;

/** One that is well, one that loses data, one that cannot be taken back. */
const MIGRATIONS: ProjectParts['migrations'] = {
  '1_city': ['alter table customers add column city text', 'alter table customers drop column city'],
  '2_lower': ['update customers set email = lower(email)', 'select 1'],
  '3_drop_phone': ['alter table customers drop column phone', 'alter table customers add column phone text'],
};

const RDS = `
server:
  provider: rds
  rds: { identifier: shop, pollSeconds: 0.02, patienceSeconds: 3, allowCustomEndpoint: true, maxHours: 1, FROM }
backup: { maxAgeHours: 26 }
migrations: { tool: sql }
`;

let rig: RdsRig | undefined;
afterEach(async () => {
  await rig?.[Symbol.asyncDispose]();
  rig = undefined;
});

const seedFile = (folder: string): string => {
  const file = join(folder, 'production.sql');
  writeFileSync(file, SEED);
  return file;
};

test('what is found is what the local provider finds in a dump of the same', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pgrehearse-test-'));
  rig = await anRdsRig({ world: aWorld(), roles: ROLES, dump: seedFile(folder) });
  using there = aProject({ migrations: MIGRATIONS, config: RDS.replace(', FROM', '') });
  const inRds = await rehearseFolder(there.folder, { env: rig.env });
  using here = aProject({ seed: SEED, migrations: MIGRATIONS });
  const local = await rehearseFolder(here.folder);
  expect(findingLines(inRds.verdict)).toEqual(findingLines(local.verdict));
  expect(rig.left()).toEqual([]);
  expect(rig.ledgers()).toEqual([]);
  expect(rig.running.size).toBe(0);
  rmSync(folder, { recursive: true });
});
