import { inlineWaivers } from '../../inline-waivers.ts';
import type { Migration } from '../../source.ts';
import { dependsOn } from './depends-on.ts';
import type { SqlLayout } from '../layouts/layout.ts';
import { checksumOf, filesOf, type SqlMigration } from './sql-migration.ts';

/** What the port tells of the migrations; each depends on the one before it unless its header says otherwise. */
export function toMigrations(layout: SqlLayout, migrations: readonly SqlMigration[]): Migration[] {
  return migrations.map((migration, index) => ({
    id: migration.id,
    dependsOn: (layout.tracksEachMigration ? dependsOn(headerOf(migration)) : undefined) ?? before(migrations, index),
    reversible: migration.down !== undefined,
    files: filesOf(migration).map(({ path }) => path),
    checksum: checksumOf(migration),
    waivers: filesOf(migration).flatMap(({ text = '' }) => inlineWaivers(text).waivers),
  }));
}

/** Comments addressed to us that mean nothing, for a word of warning. */
export const misspeltComments = (migrations: readonly SqlMigration[]): string[] =>
  migrations.flatMap(({ id, ...files }) =>
    filesOf({ id, ...files })
      .flatMap(({ text = '' }) => inlineWaivers(text).misspelt)
      .filter((text) => !/^depends[ -]on\s/i.test(text))
      .map((text) => `${id}: "pgrehearse: ${text}" is no waiver.`),
  );

/** Migrations with explicit dependencies that the tool cannot honour, since it keeps one version only. */
export const ignoredDependencies = (layout: SqlLayout, migrations: readonly SqlMigration[]): string[] =>
  layout.tracksEachMigration
    ? []
    : migrations.filter((migration) => dependsOn(headerOf(migration))).map(({ id }) => id);

const headerOf = ({ up }: SqlMigration): string => up?.text ?? '';

function before(migrations: readonly SqlMigration[], index: number): readonly string[] {
  const id = migrations[index]?.id;
  const previous = migrations.slice(0, index).findLast((migration) => migration.id !== id);
  return previous ? [previous.id] : [];
}
