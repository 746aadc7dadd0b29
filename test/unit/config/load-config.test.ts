import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConfigFlags } from '../../../src/config/config.ts';
import { loadConfig, loadJudgingConfig } from '../../../src/config/load-config.ts';
import { rehearsalRequest } from '../../../src/config/rehearsal-request.ts';
import type { PgrehearseError } from '../../../src/support/errors.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'pgrehearse-config-'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

const write = (name: string, text: string): string => {
  const file = join(cwd, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
};

const load = (path?: string, flags: ConfigFlags = {}, env: Record<string, string> = {}) =>
  loadConfig(path, flags, env, cwd);

/** The error of a YAML config, its message without the first line. */
const problemsOf = async (
  yaml: string,
  flags: ConfigFlags = {},
  env: Record<string, string> = {},
): Promise<string[]> => {
  write('pgrehearse.config.yaml', yaml);
  const error = await failure(load(undefined, flags, env));
  expect(error.code).toBe('CONFIG_INVALID');
  return error.message
    .split('\n')
    .slice(1)
    .map((line) => line.trim());
};

const failure = async (work: Promise<unknown>): Promise<PgrehearseError> => {
  try {
    await work;
  } catch (error) {
    return error as PgrehearseError;
  }
  throw new Error('nothing was thrown');
};

const FULL = `
server:
  provider: local
  postgresVersion: 17
  settings: { timezone: Europe/Berlin, work_mem: 64, jit: false }
  binaries: ./pg/bin
backup:
  file: ./backup.dump
  maxAgeHours: 48
migrations:
  tool: knex
  directory: ./migrations
  knexfile: ./knexfile.js
rehearsal:
  scope: last:3
  forwardOnly: true
checks:
  step-too-slow: { maxMs: 5000 }
  down-missing: { severity: error }
  column-order-changed: off
invariants:
  - { name: ledger balances, sql: "select sum(amount) from ledger", expect: unchanged }
waivers:
  - { check: down-missing, migration: 20240101_x, reason: archived table, until: 2027-01-31 }
`;

describe('a full config', () => {
  const expected = {
    server: {
      provider: 'local',
      postgresVersion: 17,
      settings: { timezone: 'Europe/Berlin', work_mem: '64', jit: 'false' },
    },
    backup: { maxAgeHours: 48 },
    migrations: { tool: 'knex', directory: './migrations', options: { knexfile: './knexfile.js' } },
    rehearsal: { scope: 'last:3', forwardOnly: true },
    checks: { 'step-too-slow': { maxMs: 5000 }, 'down-missing': { severity: 'error' }, 'column-order-changed': 'off' },
    invariants: [{ name: 'ledger balances', sql: 'select sum(amount) from ledger', expect: 'unchanged' }],
    waivers: [{ check: 'down-missing', migration: '20240101_x', reason: 'archived table', until: '2027-01-31' }],
  };

  test('is read from YAML, with paths from its folder', async () => {
    const file = write('db/pgrehearse.config.yaml', FULL);
    const config = await load('db');
    expect(config).toMatchObject({ ...expected, file, projectFolder: join(cwd, 'db') });
    expect(config.backup?.file).toBe(join(cwd, 'db/backup.dump'));
    expect(config.server.binaries).toBe(join(cwd, 'db/pg/bin'));
  });

  test.each(['yml', 'json', 'mjs', 'js', 'ts'])('is read from .%s', async (extension) => {
    const json = JSON.stringify({
      ...expected,
      server: { ...expected.server, settings: { timezone: 'Europe/Berlin', work_mem: 64, jit: false } },
      backup: { file: './backup.dump', maxAgeHours: 48 },
      migrations: { tool: 'knex', directory: './migrations', knexfile: './knexfile.js' },
    });
    const isData = ['yml', 'json'].includes(extension);
    const typed = extension === 'ts' ? 'const config: Record<string, unknown>' : 'const config';
    write('package.json', '{"type":"module"}');
    write(`pgrehearse.config.${extension}`, isData ? json : `${typed} = ${json};\nexport default config;\n`);
    expect(await load()).toMatchObject(expected);
  });

  test.each([
    ['js', 'module.exports = { rehearsal: { scope: "all" } };'],
    ['ts', 'const scope: string = "all";\nexport default { rehearsal: { scope } };'],
  ])('is read from .%s in a CommonJS package', async (extension, text) => {
    write('package.json', '{"type":"commonjs"}');
    write(`pgrehearse.config.${extension}`, text);
    expect((await load()).rehearsal.scope).toBe('all');
  });

  test('becomes the request for a rehearsal', async () => {
    write('pgrehearse.config.yaml', FULL);
    const request = rehearsalRequest(await load(), { showValues: true });
    expect(request).toMatchObject({
      projectFolder: cwd,
      rehearsal: expected.rehearsal,
      migrations: expected.migrations,
      showValues: true,
    });
    expect(request).not.toHaveProperty('checks');
  });
});

describe('what is not said has its default', () => {
  test.each(['{}', '', '# nothing yet\n', 'checks:\n  # step-too-slow: off\nwaivers:\n'])('in %j', async (text) => {
    write('pgrehearse.config.yaml', text);
    const { settings: _, ...config } = await load();
    expect(config).toEqual({
      file: join(cwd, 'pgrehearse.config.yaml'),
      projectFolder: cwd,
      server: { provider: 'local', settings: {} },
      migrations: { options: {} },
      rehearsal: { scope: 'pending', forwardOnly: false },
      checks: {},
      invariants: [],
      waivers: [],
    });
  });

  test('without any file, when flags say what to rehearse', async () => {
    const config = await load(undefined, {
      backup: 'x.dump',
      migrations: './migrations',
      tool: 'sql',
      postgresVersion: '16',
    });
    expect(config).toMatchObject({
      projectFolder: cwd,
      server: { provider: 'local', postgresVersion: 16 },
      backup: { file: join(cwd, 'x.dump') },
      migrations: { tool: 'sql', directory: join(cwd, 'migrations') },
      rehearsal: { scope: 'pending', forwardOnly: false },
    });
    expect(config).not.toHaveProperty('file');
  });
});

describe('finding the file', () => {
  test('takes the only one in the working directory', async () => {
    const file = write('pgrehearse.config.json', '{}');
    expect((await load()).file).toBe(file);
  });

  test('takes a file of any name that is given', async () => {
    write('pgrehearse.config.yaml', 'nonsense: 1');
    const file = write('other.yaml', '{}');
    expect((await load('other.yaml')).file).toBe(file);
  });

  test('refuses two in one folder', async () => {
    write('pgrehearse.config.yaml', '{}');
    write('pgrehearse.config.ts', 'export default {}');
    expect(await failure(load())).toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'The working directory has more than one config: pgrehearse.config.yaml, pgrehearse.config.ts.',
    });
  });

  test.each([
    ['a path that does not exist', 'nope.yaml', 'nope.yaml does not exist.'],
    ['a folder without one', '.', 'There is no pgrehearse.config.{yaml,yml,json,js,mjs,ts} in ..'],
  ])('complains about %s', async (_, path, message) => {
    expect(await failure(load(path, { backup: 'x.dump' }))).toMatchObject({ code: 'CONFIG_NOT_FOUND', message });
  });

  test('complains when there is neither a file nor a flag that says what to rehearse', async () => {
    expect(await failure(load(undefined, { scope: 'all' }))).toMatchObject({ code: 'CONFIG_NOT_FOUND', exitCode: 2 });
  });

  test('recognises a backup that was given in place of a config', async () => {
    write('shop.dump', '');
    const error = await failure(load('shop.dump'));
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(error.hint).toContain('--backup');
  });
});

describe('flags', () => {
  test('replace values of the file, with paths from the working directory', async () => {
    write('db/pgrehearse.config.yaml', FULL);
    const config = await load('db', {
      backup: 'new.dump',
      migrations: 'm',
      tool: 'sql',
      postgresVersion: '15',
      scope: 'all',
      forwardOnly: true,
    });
    expect(config).toMatchObject({
      server: { postgresVersion: 15 },
      backup: { file: join(cwd, 'new.dump'), maxAgeHours: 48 },
      migrations: { tool: 'sql', directory: join(cwd, 'm') },
      rehearsal: { scope: 'all', forwardOnly: true },
    });
  });

  test('leave an address in S3 as it is', async () => {
    write(
      'pgrehearse.config.yaml',
      'backup: { file: "s3://b-1/a//b %20.dump", s3: { region: eu-west-1, versionId: v } }',
    );
    expect((await load(undefined)).backup).toEqual({
      file: 's3://b-1/a//b %20.dump',
      s3: { region: 'eu-west-1', versionId: 'v' },
    });
    expect((await load(undefined, { backup: 's3://other/key' })).backup).toEqual({
      file: 's3://other/key',
      s3: { region: 'eu-west-1' },
    });
    expect((await load(undefined, { backup: 'new.dump' })).backup).toEqual({ file: join(cwd, 'new.dump') });
  });

  test('replace the place a backup comes from', async () => {
    write('pgrehearse.config.yaml', 'backup: { command: [cat, x.dump], maxAgeHours: 1 }');
    expect((await load(undefined)).backup).toEqual({ command: ['cat', 'x.dump'], maxAgeHours: 1 });
    expect((await load(undefined, { backup: 'new.dump' })).backup).toEqual({
      file: join(cwd, 'new.dump'),
      maxAgeHours: 1,
    });
  });

  test('are named in complaints', async () => {
    expect(await problemsOf('{}', { scope: 'last:0', postgresVersion: 'x' })).toEqual([
      '--postgres-version  server.postgresVersion: expected a major version such as 17, found the text "x"',
      '--scope  rehearsal.scope: expected `pending`, `all` or `last:N`, found the text "last:0"',
    ]);
  });
});

describe('variables', () => {
  const yaml = 'server:\n  postgresVersion: ${PG}\nbackup:\n  file: ${DIR}/${NAME}.dump\n';

  test('take the place of ${NAME}, also where a number is wanted', async () => {
    write('pgrehearse.config.yaml', yaml);
    const config = await load(undefined, {}, { PG: '16', DIR: '/backups', NAME: 'shop' });
    expect(config).toMatchObject({ server: { postgresVersion: 16 }, backup: { file: '/backups/shop.dump' } });
  });

  test('stay text where text is wanted', async () => {
    write('pgrehearse.config.yaml', 'waivers:\n  - { check: down-missing, reason: r, migration: "${ID}" }\n');
    expect((await load(undefined, {}, { ID: '0001' })).waivers[0]?.migration).toBe('0001');
  });

  test('that are not set are named, each once', async () => {
    expect(await problemsOf(yaml, {}, { DIR: '/b' })).toEqual([
      'pgrehearse.config.yaml:2  server.postgresVersion: expected the environment variable PG, found it is not set',
      'pgrehearse.config.yaml:4  backup.file: expected the environment variable NAME, found it is not set',
    ]);
  });

  test('never show their value', async () => {
    write('pgrehearse.config.yaml', yaml);
    const env = { PG: 'hunter2', DIR: 'hunter2', NAME: 'x' };
    const error = await failure(load(undefined, {}, env));
    expect(error.message).toContain('expected a major version such as 17, found something else in ${PG}');
    expect(JSON.stringify([error.message, error.details])).not.toContain('hunter2');
    const { settings } = await load(undefined, {}, { ...env, PG: '17' });
    expect(settings).toContainEqual({
      path: 'backup.file',
      value: '${DIR}/${NAME}.dump',
      origin: 'environment DIR, NAME',
    });
    expect(JSON.stringify(settings)).not.toContain('hunter2');
  });

  test('are not looked for in $${…}, in $$ quoting, or in a value that a variable brought', async () => {
    write('pgrehearse.config.yaml', 'invariants:\n  - { name: a, sql: "select $${x}, $$b$$, ${A}", expect: empty }\n');
    expect((await load(undefined, {}, { A: '${B}' })).invariants[0]?.sql).toBe('select ${x}, $$b$$, ${B}');
  });

  test('with a name that cannot be one are refused', async () => {
    expect(await problemsOf('backup: { file: "${FILE:-x}" }')).toEqual([
      'pgrehearse.config.yaml:1  backup.file: expected the name of an environment variable in ${…}, found ${FILE:-x}',
    ]);
  });
});

describe('what is wrong is said with file, line, path, expectation and what was found', () => {
  test('all of it at once, by line', async () => {
    const yaml = [
      'server:',
      '  postgresVersion: seventeen',
      '  binarys: x',
      'chekcs: {}',
      'checks:',
      '  step-too-slo: off',
      '  step-too-slow: { maxms: 1 }',
      '  slower-than-baseline: { ratio: lots, severity: bad }',
      '  down-missing: error',
      'waivers:',
      '  - { check: down-misin, until: 2027-02-30 }',
    ].join('\n');
    expect(await problemsOf(yaml)).toEqual([
      'pgrehearse.config.yaml:2  server.postgresVersion: expected a major version such as 17, found the text "seventeen"',
      'pgrehearse.config.yaml:3  server.binarys: expected one of provider, postgresVersion, binaries, settings, url, production, image, docker, rds, found the text "x"; did you mean binaries?',
      'pgrehearse.config.yaml:4  chekcs: expected one of server, backup, migrations, rehearsal, checks, invariants, waivers, preflight, verify, found a mapping; did you mean checks?',
      'pgrehearse.config.yaml:6  checks.step-too-slo: expected the id of a check, found the text "off"; did you mean step-too-slow?',
      'pgrehearse.config.yaml:7  checks.step-too-slow.maxms: expected one of maxMs, severity, found the number 1; did you mean maxMs?',
      'pgrehearse.config.yaml:8  checks.slower-than-baseline.ratio: expected a number, 0 or more (default 1.5), found the text "lots"',
      'pgrehearse.config.yaml:8  checks.slower-than-baseline.severity: expected error, warning, note, found the text "bad"',
      'pgrehearse.config.yaml:9  checks.down-missing: expected `off` or a mapping with the keys severity, found the text "error"',
      'pgrehearse.config.yaml:11  waivers[0].reason: expected a reason, found nothing',
      'pgrehearse.config.yaml:11  waivers[0].until: expected a date such as 2027-01-31, found the text "2027-02-30"',
      'pgrehearse.config.yaml:11  waivers[0].check: expected the id of a check, found the text "down-misin"; did you mean down-missing?',
    ]);
  });

  test.each([
    ['a list in place of a section', 'server: []', 'server: expected a mapping with the keys provider'],
    [
      'a section that is text',
      'backup: ./x.dump',
      'backup: expected a mapping with the keys file, s3, command, url, excludeTableData, database, allowUnverified, masking, maxAgeHours, found the text "./x.dump"',
    ],
    [
      'a backup without a file',
      'backup: { maxAgeHours: 1 }',
      'backup.file: expected the path of a backup, or `command` or `url` in its place, found nothing',
    ],
    [
      'settings of S3 without an object in it',
      'backup: { file: x.dump, s3: { region: eu-west-1 } }',
      'backup.s3: expected an s3:// address as backup.file beside it, found a mapping',
    ],
    [
      'a signed address as a file',
      'backup: { file: "https://b.s3/x?X-Amz-Signature=geheim" }',
      'backup.file: expected a path or s3://bucket/key; what an address of the web gives, `command: [curl, …]` takes, found the text "https://b.s3/x?X-Amz-Signature=***"',
    ],
    [
      'two places for a backup',
      'backup: { file: x, command: y }',
      'backup.command: expected nothing beside backup.file: a backup comes from one place, found the text "y"',
    ],
    [
      'rows left out of a file',
      'backup: { file: x, excludeTableData: [a] }',
      'backup.excludeTableData: expected backup.url beside it: only a dump that pgrehearse makes can leave rows out, found a list',
    ],
    [
      'a command that is none',
      'backup: { command: [] }',
      'backup.command: expected a command: a text, or a list of program and arguments, found a list',
    ],
    [
      'an age that is none',
      'backup: { file: x, maxAgeHours: 0 }',
      'backup.maxAgeHours: expected a number of hours above 0, found the number 0',
    ],
    ['an old major', 'server: { postgresVersion: 9 }', 'expected a major version, 14 or newer, found the number 9'],
    ['half a major', 'server: { postgresVersion: 15.4 }', 'expected a major version such as 17, found the number 15.4'],
    [
      'yes for true',
      'rehearsal: { forwardOnly: yes }',
      'rehearsal.forwardOnly: expected true or false, found the text "yes"',
    ],
    [
      'a setting that is a list',
      'server: { settings: { a: [1] } }',
      'server.settings.a: expected a text, a number, true or false, found a list',
    ],
    [
      'a negative limit',
      'checks: { step-too-slow: { maxMs: -1 } }',
      'checks.step-too-slow.maxMs: expected a number, 0 or more (default 60000), found the number -1',
    ],
    ['a check that is null', 'checks: { step-too-slow: }', 'checks.step-too-slow: expected `off` or a mapping'],
    ['an invariant without expectation', 'invariants: [{ name: a, sql: b }]', 'invariants[0].expect: expected a text'],
    [
      'two invariants of one name',
      'invariants: [{ name: a, sql: b, expect: empty }, { name: a, sql: c, expect: empty }]',
      'invariants[1].name: expected a name that no other invariant has',
    ],
    [
      'invariants that are no list',
      'invariants: { a: b }',
      'invariants: expected a list of invariants, found a mapping',
    ],
  ])('%s', async (_, yaml, message) => {
    const problems = await problemsOf(yaml);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
  });

  test('and the known checks once, when an unknown one is named', async () => {
    write('pgrehearse.config.yaml', 'checks: { nonsense: off }');
    expect((await failure(load())).hint).toBe('`pgrehearse explain` lists every check.');
  });

  test('also for machines', async () => {
    write('pgrehearse.config.yaml', 'rehearsal:\n  scope: some');
    expect((await failure(load())).details).toEqual({
      problems: [
        {
          where: 'pgrehearse.config.yaml:2',
          path: 'rehearsal.scope',
          expected: '`pending`, `all` or `last:N`',
          found: 'the text "some"',
        },
      ],
    });
  });
});

describe('production, which an external server must not be', () => {
  const yaml = (preflight: string): string =>
    `server: { provider: external, url: "\${S}", production: [db.internal, "7412345678901234567"] }\npreflight: { url: "${preflight}" }`;
  const named = async (preflight: string, env = {}) => {
    write('pgrehearse.config.yaml', yaml(preflight));
    return (await load(undefined, {}, { S: 'postgres://s', ...env })).server.external?.production;
  };
  const LISTED = ['db.internal', '7412345678901234567'];

  test.each([
    ['postgres://u:p@prod.internal:6000/shop', 'prod.internal'],
    ['postgres://u@/shop?host=prod.internal', 'prod.internal'],
    // The end of a tunnel: the host says nothing.
    ['postgres://u:p@localhost:6000/shop', 'localhost:6000'],
    ['postgres://u:p@127.0.0.1/shop', '127.0.0.1:5432'],
  ])('is also that of preflight.url %s', async (url, host) => {
    expect(await named('${P}', { P: url })).toEqual([...LISTED, host]);
  });

  test('is only what is listed where that variable is not set', async () => {
    expect(await named('${P}')).toEqual(LISTED);
  });

  test('what belongs to a provider wants that provider, from the file or a flag', async () => {
    const wrong = 'server: { image: "postgis/postgis:17-3.5", docker: { pull: sometimes, cpus: 0 } }\n';
    expect(await problemsOf(wrong)).toEqual([
      'pgrehearse.config.yaml:1  server.docker.pull: expected `missing`, `always` or `never`, found the text "sometimes"',
      'pgrehearse.config.yaml:1  server.docker.cpus: expected a number of processors above 0, found the number 0',
      'pgrehearse.config.yaml:1  server.image: expected server.provider: docker beside it, found the text "postgis/postgis:17-3.5"',
      'pgrehearse.config.yaml:1  server.docker: expected server.provider: docker beside it, found a mapping',
    ]);
    write('pgrehearse.config.yaml', 'server: { image: "a:1", docker: { memoryGib: 2 } }');
    const { server } = await load(undefined, { provider: 'docker' });
    expect(server).toMatchObject({ provider: 'docker', docker: { image: 'a:1', memoryGib: 2 } });
  });

  test('is text: a number would have lost its last digits', async () => {
    expect(await problemsOf('server: { production: [7412345678901234567] }')).toEqual([
      expect.stringContaining('a system identifier in quotes'),
    ]);
  });
});

describe('a file that cannot even be read as its format', () => {
  test.each([
    ['pgrehearse.config.yaml', 'server:\n  a: 1\n a: 2\n', /^pgrehearse\.config\.yaml:\d is not valid YAML: /],
    [
      'pgrehearse.config.yaml',
      'server: {}\nserver: {}\n',
      /^pgrehearse\.config\.yaml:2 is not valid YAML: Map keys must be unique/,
    ],
    ['pgrehearse.config.yaml', 'a: 1\n---\nb: 2\n', /^pgrehearse\.config\.yaml:\d is not valid YAML/],
    [
      'pgrehearse.config.yaml',
      `a: &a [x, x]\n${Array.from({ length: 12 }, (_, i) => `b${i}: &b${i} [${i === 0 ? '*a, *a, *a, *a, *a, *a' : Array.from({ length: 6 }, () => `*b${i - 1}`).join(', ')}]`).join('\n')}`,
      /^pgrehearse\.config\.yaml is not valid YAML: Excessive alias count/,
    ],
    ['pgrehearse.config.yaml', '- a\n- b\n', /expected a mapping of sections, found a list/],
    ['pgrehearse.config.json', '{ "server": {}, }', /^pgrehearse\.config\.json is not JSON: /],
    ['pgrehearse.config.mjs', 'export default {', /^pgrehearse\.config\.mjs cannot be loaded: /],
    [
      'pgrehearse.config.mjs',
      'throw new Error("no DATABASE_URL")',
      /^pgrehearse\.config\.mjs cannot be loaded: no DATABASE_URL/,
    ],
    ['pgrehearse.config.mjs', 'export const config = {};', /^pgrehearse\.config\.mjs exports nothing/],
    ['pgrehearse.config.mjs', 'export default () => ({});', /expected a mapping of sections, found a function/],
  ])('%s: %j', async (name, text, message) => {
    write(name, text);
    const error = await failure(load());
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toMatch(message);
  });
});

test('numbers that are names or exact values keep their text', async () => {
  write(
    'pgrehearse.config.yaml',
    'invariants:\n  - { name: a, sql: b, expect: 100.00 }\nwaivers:\n  - { check: down-missing, migration: 0001, reason: r }\n',
  );
  const { invariants, waivers } = await load();
  expect(invariants[0]?.expect).toBe('100.00');
  expect(waivers[0]?.migration).toBe('0001');
});

test('every value says where it comes from', async () => {
  write(
    'pgrehearse.config.yaml',
    'server:\n  postgresVersion: 17\nmigrations:\n  tool: knex\n  connection: { password: hunter2, url: "postgres://a:hunter2@b/c" }\nchecks:\n  step-too-slow: { maxMs: 5 }\n',
  );
  const { settings } = await load(undefined, { scope: 'all' });
  const origins = Object.fromEntries(settings.map(({ path, value, origin }) => [path, `${value} (${origin})`]));
  expect(origins).toMatchObject({
    'server.provider': 'local (default)',
    'server.postgresVersion': '17 (file pgrehearse.config.yaml:2)',
    'migrations.tool': 'knex (file pgrehearse.config.yaml:4)',
    'migrations.connection.password': '*** (file pgrehearse.config.yaml:5)',
    'migrations.connection.url': 'postgres://a:***@b/c (file pgrehearse.config.yaml:5)',
    'rehearsal.scope': 'all (flag --scope)',
    'rehearsal.forwardOnly': 'false (default)',
    'checks.step-too-slow.maxMs': '5 (file pgrehearse.config.yaml:7)',
    'checks.slower-than-baseline.ratio': '1.5 (default)',
  });
});

describe('for judging alone', () => {
  test('only checks and waivers matter', async () => {
    write('pgrehearse.config.yaml', 'backup: { file: "${UNSET}" }\nchecks: { down-missing: off }\n');
    expect(await loadJudgingConfig(undefined, {}, cwd)).toMatchObject({
      checks: { 'down-missing': 'off' },
      waivers: [],
    });
  });

  test('defaults hold where there is no file', async () => {
    expect(await loadJudgingConfig(undefined, {}, cwd)).toEqual({ checks: {}, waivers: [] });
  });

  test('what is wrong with them is still an error', async () => {
    write('pgrehearse.config.yaml', 'checks: { down-misin: off }\n');
    expect(await failure(loadJudgingConfig(undefined, {}, cwd))).toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
