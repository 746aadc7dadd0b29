import { isDeepStrictEqual } from 'node:util';

import { schemaObserver } from '../../../../src/observers/schema/index.ts';
import { readSchemaSnapshot } from '../../../../src/observers/schema/read-schema-snapshot.ts';
import { openSession } from '../../../../src/observers/schema/session.ts';
import { connect } from '../../../../src/postgres/connect.ts';
import { applySchemaChanges, changedProperties, composeSchemaChanges } from '../../../../src/recording/changes.ts';
import type { SchemaChange, SchemaSnapshot } from '../../../../src/recording/schema-snapshot.ts';
import type { DatabaseTarget, EphemeralServer } from '../../../../src/server/provider.ts';
import { createDatabase } from '../../../helpers/servers.ts';

/** A database, the session that changes it, and the observer that watches. */
export interface Rig extends AsyncDisposable {
  readonly target: DatabaseTarget;
  /** Runs each statement on its own, as a migration tool without transactions would. */
  run(sql: string | readonly string[]): Promise<void>;
  afterStep(): Promise<readonly SchemaChange[]>;
  verify(): Promise<void>;
  /** All that was told so far, as one. */
  changes(): readonly SchemaChange[];
  /** As it is, read by a session that knows nothing of before. */
  fresh(): Promise<SchemaSnapshot>;
  /** Objects that are not as the observer told, from the start and by all changes since. */
  mistold(): Promise<readonly string[]>;
}

export async function openRig(
  server: EphemeralServer,
  name: string,
  setup: readonly string[],
  bookkeeping: readonly { schema?: string; name: string }[] = [],
): Promise<Rig> {
  const target = await createDatabase(server, name);
  const session = await connect(target.connectionString, { applicationName: 'pgrehearse test' });
  const run = async (sql: string | readonly string[]): Promise<void> => {
    for (const statement of [sql].flat()) {
      await session.script(statement.replaceAll('current_database_name', name)).catch((cause: unknown) => {
        throw new Error(`${statement}: ${String(cause)}`, { cause });
      });
    }
  };
  await run(`set allow_system_table_mods = on`);
  await run(setup);
  const context = { server, database: name, bookkeeping };
  const watch = await schemaObserver.open(context);
  const reading = await openSession(context);
  const steps: (readonly SchemaChange[])[] = [];
  return {
    target,
    run,
    async afterStep() {
      const { schema = [] } = await watch.afterStep();
      steps.push(schema);
      return schema;
    },
    verify: async () => watch.verify?.(),
    changes: () => composeSchemaChanges(steps),
    fresh: () => readSchemaSnapshot(reading, context),
    async mistold() {
      const told = applySchemaChanges(watch.start.schema ?? {}, steps);
      const fresh = await readSchemaSnapshot(reading, context);
      return [...new Set([...Object.keys(told), ...Object.keys(fresh)])].filter(
        (key) => !isDeepStrictEqual(told[key], fresh[key]),
      );
    },
    async [Symbol.asyncDispose]() {
      await watch[Symbol.asyncDispose]();
      await reading[Symbol.asyncDispose]();
      await session[Symbol.asyncDispose]();
    },
  };
}

/** What is left of changes when the order of columns does not count. */
export const beyondPosition = (changes: readonly SchemaChange[]): readonly SchemaChange[] =>
  changes.filter((change) => {
    const properties = changedProperties(change);
    return !(change.kind === 'column' && properties.length === 1 && properties[0] === 'position');
  });

export const nameOf = ({ kind, name }: SchemaChange): string => `${kind} ${name}`;
