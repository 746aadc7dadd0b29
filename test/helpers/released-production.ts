import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sqlTool } from '../../src/migrations/sql/index.ts';
import type { MigrationSource } from '../../src/migrations/source.ts';
import { connect } from '../../src/postgres/connect.ts';
import { quoteIdentifier } from '../../src/postgres/identifiers.ts';
import type { ProductionTarget } from '../../src/postgres/production-target.ts';
import { buildCertificate } from '../../src/preflight/certificate/build-certificate.ts';
import { certificateText } from '../../src/preflight/certificate/certificate-text.ts';
import type { RehearsalPredicate } from '../../src/preflight/facts/certificate.ts';
import type { DatabaseTarget, EphemeralServer } from '../../src/server/provider.ts';
import { aProject, type ProjectParts } from './project.ts';
import { rehearseFolder } from './rehearse-folder.ts';
import { noSignal } from './sql-project.ts';
import { createDatabase, startTestServer } from './servers.ts';

/** A release that was rehearsed, and a server on which it was made for real. */
export interface Release extends AsyncDisposable {
  readonly server: EphemeralServer;
  readonly predicate: RehearsalPredicate;
  readonly certificate: string;
  readonly source: MigrationSource;
  /** Folder for a test's own files. */
  readonly folder: string;
  /** A copy of production right after the release, with what `change` does to it. */
  production(change?: string): Promise<Production>;
  /** The same before the release. */
  unreleased(): Promise<Production>;
}

export interface Production {
  readonly name: string;
  /** As the role `verifier`: no superuser, `pg_monitor` and `pg_read_all_data` only. */
  readonly target: ProductionTarget;
  /** As a superuser: what somebody does to production. */
  run(sql: string): Promise<void>;
  readonly connectionString: string;
}

/** Of a project of SQL files, as golang-migrate names them. */
export async function aRelease(parts: ProjectParts & { readonly major?: number }): Promise<Release> {
  const { folder, ...project } = aProject(parts);
  const source = sqlTool.create({ projectFolder: folder, options: {}, onOutput: () => {} });
  return await releaseOf({ folder, source, ...parts, remove: project[Symbol.dispose] });
}

export interface ReleaseParts {
  /** With a config. */
  readonly folder: string;
  readonly source: MigrationSource;
  readonly seed?: string;
  readonly major?: number;
  /** Absent: as the adapter does it. */
  readonly migrate?: (target: DatabaseTarget) => Promise<void>;
  readonly remove?: () => void;
}

/** Rehearses the project, and applies its migrations to a production that has the same beginning. */
export async function releaseOf(parts: ReleaseParts): Promise<Release> {
  const { source, seed = '', major, migrate = (target) => migrateWith(source, target), remove } = parts;
  const { recording, verdict } = await rehearseFolder(parts.folder);
  const predicate = buildCertificate(recording, verdict);
  const folder = mkdtempSync(join(tmpdir(), 'pgrehearse-release-'));
  const certificate = join(folder, 'certificate.json');
  writeFileSync(certificate, certificateText(predicate));

  const server = await startTestServer(major);
  const unreleased = await createDatabase(server, 'unreleased');
  await runAt(unreleased.connectionString, `${ROLE}; ${seed}; analyze`);
  await createCopy(server, 'released', 'unreleased');
  await migrate(server.target('released'));
  await runAt(server.target('released').connectionString, 'analyze');

  let copies = 0;
  const copyOf = async (template: string): Promise<Production> => {
    copies += 1;
    const name = `production_${copies}`;
    await createCopy(server, name, template);
    return productionIn(server, name);
  };
  return {
    server,
    predicate,
    certificate,
    source,
    folder,
    production: async (change) => {
      const production = await copyOf('released');
      if (change !== undefined) await production.run(change);
      return production;
    },
    unreleased: () => copyOf('unreleased'),
    [Symbol.asyncDispose]: async () => {
      remove?.();
      rmSync(folder, { recursive: true, force: true });
      await server[Symbol.asyncDispose]();
    },
  };
}

const ROLE = `create role verifier login password 'verifier'; grant pg_monitor, pg_read_all_data to verifier`;

async function migrateWith(source: MigrationSource, target: DatabaseTarget): Promise<void> {
  const { migrations } = await source.list(noSignal);
  await using session = await source.open(target, noSignal);
  await session.applied();
  for (const migration of migrations) {
    const outcome = await session.run(migration, 'up', noSignal);
    if (outcome.status === 'failed') throw new Error(`${migration.id}: ${outcome.failure.message}`);
  }
}

async function createCopy(server: EphemeralServer, name: string, template: string): Promise<void> {
  await runAt(
    server.target('postgres').connectionString,
    `create database ${quoteIdentifier(name)} template ${quoteIdentifier(template)}`,
  );
}

function productionIn(server: EphemeralServer, name: string): Production {
  const { host, port, connectionString } = server.target(name);
  return {
    name,
    connectionString,
    target: { host, port, database: name, user: 'verifier', password: 'verifier', tls: { mode: 'off' } },
    run: (sql) => runAt(connectionString, sql),
  };
}

async function runAt(connectionString: string, sql: string): Promise<void> {
  await using database = await connect(connectionString, { applicationName: 'somebody' });
  await database.script(sql);
}
