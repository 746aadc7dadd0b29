import { diffSnapshots } from '../../recording/changes.ts';
import type { Observer } from '../observer.ts';
import { readSchemaSnapshot } from './read-schema-snapshot.ts';
import { openSession } from './session.ts';

/** Compares the catalogue after each step with the one before it. */
export const schemaObserver: Observer = {
  id: 'schema',
  async open(context) {
    const session = await openSession(context);
    const start = await readSchemaSnapshot(session, context);
    let state = start;
    return {
      start: { schema: start },
      async afterStep() {
        const before = state;
        state = await readSchemaSnapshot(session, context);
        return { schema: diffSnapshots(before, state) };
      },
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  },
};
