import type { ProjectFiles } from './place.ts';
import { damagedArchive, KILL_SERVER, KILL_SESSION, knexMigration, project, SEED, VIP } from './projects.ts';
import type { LeftoversRig } from './rig.ts';

/** A run that comes to its end by itself. */
export interface End {
  readonly title: string;
  readonly project: () => ProjectFiles;
  readonly code: number;
  /** In what it prints. */
  readonly says: RegExp;
  /** Depends on how the server is had. */
  readonly core?: boolean;
}

const ENDS: readonly End[] = [
  { title: 'success', project, code: 0, says: /^SAFE/m, core: true },
  {
    title: 'a migration that makes the database be built anew',
    core: true,
    project: () =>
      project({ sql: { '0001_worse': ['create table a (id integer primary key);', 'select 1;'], '0002_vip': VIP } }),
    code: 0,
    says: /building the database anew[^]*^SAFE/m,
  },
  {
    title: 'a way back that loses rows, which are counted on a second server',
    project: () =>
      project({
        sql: { '0001_email': ['alter table customers drop email;', `alter table customers add email text;`] },
      }),
    code: 1,
    says: /down-loses-data/,
  },
  {
    title: 'a backup that is not there',
    project: () => project({ backup: { file: './none.dump' } }),
    code: 2,
    says: /^BACKUP_NOT_FOUND/m,
  },
  {
    title: 'a backup that is damaged in the middle',
    project: () => project({ backup: { file: './shop.dump' }, files: { 'shop.dump': damagedArchive() } }),
    code: 3,
    says: /^BACKUP_UNREADABLE/m,
  },
  {
    title: 'a dump that ends in the middle of its rows',
    core: true,
    project: () =>
      project({ seed: `${SEED}copy customers (id, email) from stdin;\n3\tcy@example.com\n4\tde`, config: {} }),
    code: 3,
    says: /^BACKUP_UNREADABLE/m,
  },
  {
    title: 'a command that writes half a dump and fails',
    project: () => project({ backup: { file: undefined, command: 'cat seed.sql; exit 7' } }),
    code: 3,
    says: /^BACKUP_UNREADABLE/m,
  },
  {
    title: 'masking that fails',
    core: true,
    project: () => project({ masking: 'update customers set nobody = 1;' }),
    code: 2,
    says: /^MASKING_FAILED/m,
  },
  {
    title: 'a tool that cannot load its configuration',
    project: () => project({ knex: { '001_vip.js': knexMigration('') }, knexfile: 'module.exports = {' }),
    code: 3,
    says: /^MIGRATION_TOOL_FAILED/m,
  },
  {
    title: 'a tool that cannot connect',
    project: () =>
      project({
        knex: { '001_vip.js': knexMigration('') },
        knexfile: `module.exports = { client: 'pg', pool: { afterCreate: (c, done) => done(new Error('not today')) } };\n`,
      }),
    code: 3,
    says: /^MIGRATION_TOOL_FAILED/m,
  },
  {
    title: 'a migration that fails',
    project: () => project({ sql: { '0001_bad': ['alter table nobody add vip boolean;', 'select 1;'] } }),
    code: 1,
    says: /up-failed/,
  },
  {
    title: 'process.exit inside a migration',
    project: () =>
      project({ knex: { '001_exit.js': knexMigration(`await knex.raw('create table a ()'); process.exit(0)`) } }),
    code: 1,
    says: /up-failed/,
  },
  {
    title: 'a migration that ends its own process with SIGKILL',
    project: () => project({ knex: { '001_kill.js': knexMigration(`process.kill(process.pid, 'SIGKILL')`) } }),
    code: 1,
    says: /up-failed/,
  },
  {
    title: 'an observer that breaks',
    project: () =>
      project({
        sql: {
          '0001_vip': VIP,
          '0002_rude': [
            `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pgrehearse observer data';`,
            'select 1;',
          ],
        },
      }),
    code: 3,
    says: /^INCONCLUSIVE/m,
  },
  {
    title: 'reports that cannot be written',
    core: true,
    project: () =>
      project({
        knex: {
          '001_folder.js': knexMigration(
            `const fs = require('node:fs'); fs.rmSync('.pgrehearse', { recursive: true, force: true }); fs.writeFileSync('.pgrehearse', '')`,
          ),
        },
      }),
    code: 3,
    says: /^OUTPUT_UNWRITABLE/m,
  },
];

/** With a server that is the run's alone, where a program that the server starts can kill it. */
const ENDS_OF_SERVERS: readonly End[] = [
  {
    title: 'a killed session of the migration, as the out of memory killer does',
    project: () => project({ sql: { '0001_vip': VIP, '0002_killed': [KILL_SESSION, 'select 1;'] } }),
    code: 3,
    says: /^SERVER_UNAVAILABLE/m,
  },
  {
    title: 'a killed server in the middle of a step',
    project: () => project({ sql: { '0001_vip': VIP, '0002_killed': [KILL_SERVER, 'select 1;'] } }),
    code: 3,
    says: /^SERVER_UNAVAILABLE/m,
  },
  {
    title: 'a killed server in the middle of the restore',
    project: () => project({ seed: `${SEED}${KILL_SERVER}` }),
    code: 3,
    says: /^SERVER_UNAVAILABLE/m,
  },
];

const cannotStart = (rig: LeftoversRig): End => ({
  title: 'a server that cannot start',
  project: () => project({ config: { server: rig.broken() } }),
  code: 3,
  says: /^SERVER_UNAVAILABLE/m,
});

export const endsFor = (rig: LeftoversRig): readonly End[] => [
  cannotStart(rig),
  ...ENDS.filter(({ core = false }) => core || rig.slow !== true),
  ...(rig.kills === 'nothing' ? [] : ENDS_OF_SERVERS.slice(0, rig.kills === 'sessions' ? 1 : undefined)),
];
