import type { Observer, ObserverContext, Watch } from '../observers/observer.ts';
import { applyDataChanges, applySchemaChanges } from '../recording/changes.ts';
import type { DataLedger } from '../recording/data-ledger.ts';
import type { Observations, ObserverFailure, ObserverId, StartRecord } from '../recording/recording.ts';
import type { SchemaSnapshot } from '../recording/schema-snapshot.ts';
import { Disposals } from '../support/disposals.ts';
import { toError } from '../support/errors.ts';
import { redact } from '../support/redact.ts';

/** All observers of one stage. One that breaks is dropped and named; the others go on. */
export interface Watching extends AsyncDisposable {
  readonly start: StartRecord;
  readonly failures: readonly ObserverFailure[];
  afterStep(): Promise<Observations>;
  /** What was read in parts is compared with everything once more; an observer that was mistaken is dropped. */
  verify(): Promise<void>;
  /** The state after the last step. */
  state(): { readonly schema: SchemaSnapshot; readonly data: DataLedger };
}

export async function openWatching(observers: readonly Observer[], context: ObserverContext): Promise<Watching> {
  const disposals = new Disposals();
  const failures: ObserverFailure[] = [];
  const watches = new Map<ObserverId, Watch>();
  const seen: Observations[] = [];
  const drop = (observer: ObserverId, thrown: unknown): void => {
    watches.delete(observer);
    failures.push({ observer, message: redact(toError(thrown).message) });
  };

  await Promise.all(
    observers.map(async (observer) => {
      try {
        watches.set(observer.id, disposals.use(await observer.open(context)));
      } catch (error) {
        drop(observer.id, error);
      }
    }),
  );
  const start: StartRecord = Object.assign({}, ...[...watches.values()].map((watch) => watch.start));

  return {
    start,
    failures,
    async afterStep() {
      const parts = await Promise.all(
        [...watches].map(([id, watch]) =>
          watch.afterStep().catch((error: unknown): Observations => {
            drop(id, error);
            return {};
          }),
        ),
      );
      const observations: Observations = Object.assign({}, ...parts);
      seen.push(observations);
      return observations;
    },
    async verify() {
      for (const [id, watch] of watches) {
        try {
          await watch.verify?.();
        } catch (error) {
          drop(id, error);
        }
      }
    },
    state: () => stateAfter(start, seen),
    [Symbol.asyncDispose]: () => disposals[Symbol.asyncDispose](),
  };
}

const stateAfter = (start: StartRecord, seen: readonly Observations[]): ReturnType<Watching['state']> => ({
  schema: applySchemaChanges(
    start.schema ?? {},
    seen.map(({ schema = [] }) => schema),
  ),
  data: applyDataChanges(
    start.data ?? NO_DATA,
    seen.map(({ data = [] }) => data),
  ),
});

const NO_DATA: DataLedger = { tables: {}, sequences: {}, unread: {} };
