import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { LivingConfig } from '../config/load-config.ts';
import { chooseSource } from '../migrations/choose-source.ts';
import type { MigrationSource } from '../migrations/source.ts';
import { parseProductionUrl, type ProductionTarget } from '../postgres/production-target.ts';
import type { Aws, AwsSettings } from '../preflight/aws/aws.ts';
import { regionOfDatabaseHost } from '../preflight/aws/endpoint-host.ts';
import { iamPassword } from '../preflight/aws/iam-password.ts';
import type { OnProductionEvent } from '../preflight/events.ts';
import type { CertificateRequest } from '../preflight/request.ts';
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

/**
 * @param open called when the password is one that AWS makes
 * @throws {PgrehearseError} `CONFIG_INVALID` when nobody says where production is
 */
export async function productionTarget(
  config: LivingConfig,
  terminal: Terminal,
  open: () => Promise<Aws>,
): Promise<ProductionTarget> {
  const target = await plainTarget(config, terminal);
  if (!config.preflight.iamAuthentication) return target;
  return { ...target, password: async () => iamPassword(await open(), target)() };
}

/** Without the password that AWS would make. */
export async function plainTarget({ preflight }: LivingConfig, { env }: Terminal): Promise<ProductionTarget> {
  const url = preflight.url ?? env['DATABASE_URL'];
  if (url === undefined || url === '') {
    throw new PgrehearseError('CONFIG_INVALID', 'Nothing says where the production database is.', {
      hint: 'Set DATABASE_URL, or `preflight.url: ${…}` in the config.',
    });
  }
  const { sslRootCert } = preflight;
  if (sslRootCert === undefined) return parseProductionUrl(url);
  const sslRootCertificate = await readPem(sslRootCert);
  // Whoever gives the roots wants the server's name looked at, unless the string says how strict to be.
  return parseProductionUrl(url, { sslRootCertificate, ...(!/[?&]ssl/.test(url) && { sslMode: 'verify-full' }) });
}

async function readPem(path: string): Promise<string> {
  const pem = await readFileOf(path);
  try {
    // Of a bundle the first one. Without any the connection would fail later, and for no reason that one can see.
    void new X509Certificate(pem);
    return pem;
  } catch (cause) {
    throw new PgrehearseError('CONFIG_INVALID', `${path} holds no certificate in PEM.`, {
      cause,
      hint: '`preflight.sslRootCert` is the bundle of root certificates of your provider.',
    });
  }
}

async function readFileOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new PgrehearseError('CONFIG_INVALID', `The root certificate cannot be read: ${toError(cause).message}.`, {
      cause,
      hint: '`preflight.sslRootCert` is relative to the config file.',
    });
  }
}

/** How AWS is reached, without what is only expected of it. The region is the host's where nobody says another. */
export function awsSettingsOf(
  { preflight: { aws } }: LivingConfig,
  { host }: Pick<ProductionTarget, 'host'>,
  { env }: Terminal,
): AwsSettings {
  if (aws === 'off') return {};
  const { profile, roleArn, externalId } = aws;
  const region = aws.region ?? env['AWS_REGION'] ?? regionOfDatabaseHost(host);
  return {
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    ...(roleArn !== undefined && { roleArn }),
    ...(externalId !== undefined && { externalId }),
  };
}

/** What the rehearsal left, and the key that it must be signed with. */
export const certificateOf = ({ preflight }: LivingConfig): CertificateRequest => ({
  path: preflight.certificate,
  isDefault: preflight.isDefaultCertificate,
  ...(preflight.certificateKey !== undefined && { keyPath: preflight.certificateKey }),
});

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
