import type { ProjectFiles } from './place.ts';
import type { LeftoversRig } from './rig.ts';
import { KILL_SERVER, knexMigration, project, SEED, SLEEP, VIP } from './projects.ts';

/** A place in a run where it stays until somebody ends it. */
export interface Stage {
  readonly title: string;
  readonly project: () => ProjectFiles;
  /** What it says on stderr when it gets there. Absent: as soon as there is anything to be left. */
  readonly reached?: string;
  /** Depends on how the server is had. */
  readonly core?: boolean;
}

/** In the order in which a run comes by. */
const STAGES: readonly Stage[] = [
  { title: 'while it starts the server', project, core: true },
  {
    title: 'while it takes the backup',
    project: () => project({ backup: { file: undefined, command: 'cat seed.sql; sleep 120 & wait' } }),
  },
  {
    title: 'while it restores',
    core: true,
    project: () => project({ seed: `${SEED}${SLEEP}` }),
    reached: ' started in ',
  },
  { title: 'while it masks', project: () => project({ masking: SLEEP }), reached: ' started in ' },
  {
    title: 'while the tool connects',
    project: () =>
      project({
        knex: { '001_vip.js': knexMigration('') },
        knexfile: `module.exports = { client: 'pg', pool: { afterCreate: () => console.log('connecting') } };\n`,
      }),
    reached: 'connecting',
  },
  {
    title: 'while it looks at the restored state',
    project: () => project({ config: { invariants: [{ name: 'slow', sql: SLEEP, expect: 'unchanged' }] } }),
    reached: ' started in ',
  },
  {
    title: 'in a step',
    core: true,
    project: () => project({ sql: { '0001_vip': VIP, '0002_slow': [SLEEP, 'select 1;'] } }),
    reached: 'reapply 0001_vip',
  },
  {
    title: 'in a step whose JavaScript never looks up',
    project: () => project({ knex: { '001_loop.js': knexMigration(`console.log('looping'); for (;;);`) } }),
    reached: 'looping',
  },
  {
    title: 'in a step whose JavaScript has started a program',
    project: () =>
      project({
        knex: {
          '001_program.js': knexMigration(
            `require('node:child_process').execSync('echo begun; exec sleep 120', { stdio: 'inherit' })`,
          ),
        },
      }),
    reached: 'begun',
  },
  {
    title: 'while it unwinds',
    project: () =>
      project({
        seed: `${SEED}create sequence ways_back;`,
        sql: {
          '0001_vip': [VIP[0], `${VIP[1]} select case when nextval('ways_back') > 1 then pg_sleep(120) end;`],
          '0002_late': ['create table late ();', 'drop table late;'],
        },
      }),
    reached: 'unwind 0002_late',
  },
];

/** For a server that is the run's alone. */
export const STAGES_OF_SERVERS: readonly Stage[] = [
  {
    title: 'in a step that goes on although its server was killed',
    project: () => project({ sql: { '0001_vip': VIP, '0002_busy': [`${KILL_SERVER} ${BUSY}`, 'select 1;'] } }),
    reached: 'reapply 0001_vip',
  },
];

/** Never looks whether its server is still there. */
const BUSY = 'do $$ declare i int8 := 0; begin loop i := i + 1; end loop; end $$;';

export const stagesFor = (rig: LeftoversRig): readonly Stage[] =>
  STAGES.filter(({ core = false }) => core || rig.slow !== true);

export const stage = (title: string): Stage => {
  const found = STAGES.find((one) => one.title === title);
  if (!found) throw new Error(`There is no stage "${title}".`);
  return found;
};
