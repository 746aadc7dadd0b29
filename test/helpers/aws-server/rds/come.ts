import type { Context } from '../progress.ts';
import type { Restored } from '../world/world.ts';

/** Where a database answers. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/** How a database that comes into being shows it. */
export interface Coming {
  readonly resource: object;
  readonly restored: Restored;
  readonly status: (status: string) => void;
  /** Called after the status is `available`. */
  readonly available: (place: Place) => void;
  /** It makes its first backup before it is available. */
  readonly backsUp: boolean;
  readonly port: number;
  /** Where it is, when another resource has been told; else the test is asked. */
  readonly place?: Promise<Place | undefined> | undefined;
}

/**
 * creating → backing-up or modifying → available, over `settings.restorePolls` describes. It has an endpoint with the
 * last one only. With `onRestore` it is available no sooner than the real server is.
 */
export function come({ settings, progress, region }: Context, coming: Coming): void {
  const { resource, restored } = coming;
  const fails = settings.nextRestoreFails;
  settings.nextRestoreFails = false;
  let place: Place = { address: `${restored.identifier}.abcdefghijkl.${region}.rds.amazonaws.com`, port: coming.port };
  let broke = false;
  const asked = coming.place ?? settings.onRestore?.(restored);
  const waitFor = asked?.then(
    (real) => (place = real ?? place),
    (error: unknown) => {
      broke = true;
      process.stderr.write(`onRestore of the test failed: ${String(error)}\n`);
    },
  );
  origins.set(resource, { restored, place: asked });
  progress.hide(resource, settings.notFoundPolls);
  progress.start(resource, {
    get polls() {
      return settings.restorePolls;
    },
    step: (fraction) => coming.status(fraction < 0.5 ? 'creating' : coming.backsUp ? 'backing-up' : 'modifying'),
    done: () => {
      coming.status(fails || broke ? 'incompatible-restore' : 'available');
      if (!fails && !broke) coming.available(place);
    },
    ...(waitFor !== undefined && { waitFor }),
  });
}

/** Where a database came from, for the hooks of the test. */
export const originOf = (resource: object, kind: Restored['kind'], identifier: string): Restored =>
  origins.get(resource)?.restored ?? { kind, identifier, source: '', input: {} };

/** Where a restored database is or will be. */
export const placeOf = (resource: object): Promise<Place | undefined> | undefined => origins.get(resource)?.place;

const origins = new WeakMap<
  object,
  { readonly restored: Restored; readonly place: Promise<Place | undefined> | undefined }
>();
