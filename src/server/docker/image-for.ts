import { EMBEDDED_VERSIONS } from '../local/binaries/embedded-packages.ts';
import type { ServerSpec } from '../provider.ts';

/** The one from the config, or the official one of the wanted major; without a wish, of the newest that we know. */
export const imageFor = ({ docker, postgresVersion }: ServerSpec): string =>
  docker?.image ?? `postgres:${postgresVersion ?? Math.max(...Object.keys(EMBEDDED_VERSIONS).map(Number))}`;
