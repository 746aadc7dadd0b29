import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { LivingConfig } from '../config/load-config.ts';
import { chooseSource } from '../migrations/choose-source.ts';
import type { MigrationSource } from '../migrations/source.ts';
import { parseProductionUrl } from '../postgres/connect-production.ts';
import type { ProductionTarget } from '../postgres/production-target.ts';
import type { OnProductionEvent } from '../preflight/events.ts';
import { PgrehearseError, toError } from '../support/errors.ts';
import type { Terminal } from './terminal.ts';

/** Flags that `preflight` and `verify` share, apart from those that replace a value of the config. */
export interface ProductionFlags {
  readonly out?: string;
  readonly failOn: string;
  readonly markdown?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** @throws {PgrehearseError} `CONFIG_INVALID` when nobody says where production is */
export async function productionTarget({ preflight }: LivingConfig, { env }: Terminal): Promise<ProductionTarget> {
  const url = preflight.url ?? env['DATABASE_URL'];
  if (url === undefined || url === '') {
    throw new PgrehearseError('CONFIG_INVALID', 'Nothing says where the production database is.', {
      hint: 'Set DATABASE_URL, or `preflight.url: ${…}` in the config.',
    });
  }
  const rootCertificate = preflight.sslRootCert ?? env['PGSSLROOTCERT'];
  return parseProductionUrl(url, {
    ...(rootCertificate !== undefined && { sslRootCertificate: await readPem(rootCertificate) }),
  });
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new PgrehearseError('CONFIG_INVALID', `The root certificate cannot be read: ${toError(cause).message}.`, {
      cause,
      hint: '`preflight.sslRootCert` is relative to the config file.',
    });
  }
}

/** The migrations on disk, as the project's own tool sees them. */
export function sourceOf(
  { projectFolder, migrations }: LivingConfig,
  onEvent: OnProductionEvent,
): Promise<MigrationSource> {
  const { tool, directory, options } = migrations;
  return chooseSource(tool, {
    projectFolder,
    ...(directory !== undefined && { directory }),
    options,
    onOutput: (text) => onEvent({ kind: 'output', text }),
  });
}

/** Where results go and receipts are looked for. */
export const productionFolder = (
  { projectFolder }: LivingConfig,
  { out }: ProductionFlags,
  { cwd }: Terminal,
): { readonly path: string; readonly isOurs: boolean } =>
  out === undefined
    ? { path: join(projectFolder, '.pgrehearse'), isOurs: true }
    : { path: resolve(cwd, out), isOurs: false };
