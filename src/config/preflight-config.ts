import { join, resolve } from 'node:path';
import type { DrillRequest } from '../preflight/request.ts';
import type { VerifySettings } from '../preflight/verify/settings.ts';
import type { ConfigPath } from './path.ts';
import type { ConfigValues } from './schema.ts';

/** The sections `preflight` and `verify`, complete, with absolute paths. */
export interface ProductionConfig {
  readonly preflight: PreflightConfig;
  readonly verify: VerifySettings;
}

interface PreflightConfig {
  /** Connection string of production; holds a secret, never print it. Absent: `DATABASE_URL` is asked. */
  readonly url?: string;
  readonly sslRootCert?: string;
  readonly iamAuthentication: boolean;
  readonly migrationRole?: string;
  readonly replicas?: number;
  readonly certificate: string;
  /** Nobody named it: that it is missing is an answer, not a mistake on the command line. */
  readonly isDefaultCertificate: boolean;
  readonly certificateKey?: string;
  readonly snapshotMaxMinutes: number;
  readonly aws: AwsConfig | 'off';
  readonly drill: DrillRequest;
}

interface AwsConfig {
  readonly region?: string;
  readonly profile?: string;
  readonly roleArn?: string;
  readonly externalId?: string;
  readonly account?: string;
  readonly resourceId?: string;
  readonly backupRegion?: string;
  /** How long one question to AWS may take with its retries. */
  readonly patienceSeconds?: number;
  /** How often a snapshot or a restore is looked at; waits grow up to twice of it. */
  readonly pollSeconds?: number;
}

/** @param baseOf the folder that a path at this place is relative to */
export function productionConfig(
  { preflight = {}, verify = {} }: ConfigValues,
  folder: string,
  baseOf: (path: ConfigPath) => string,
): ProductionConfig {
  const {
    certificate,
    certificateKey,
    sslRootCert,
    aws = {},
    drill = {},
    snapshotMaxMinutes = 60,
    ...rest
  } = preflight;
  const { queries = [], urls = [], ...checking } = verify;
  return {
    preflight: {
      ...rest,
      iamAuthentication: rest.iamAuthentication ?? false,
      certificate: resolve(
        baseOf(['preflight', 'certificate']),
        certificate ?? join(folder, '.pgrehearse/certificate.json'),
      ),
      isDefaultCertificate: certificate === undefined,
      ...(certificateKey !== undefined && {
        certificateKey: resolve(baseOf(['preflight', 'certificateKey']), certificateKey),
      }),
      ...(sslRootCert !== undefined && { sslRootCert: resolve(folder, sslRootCert) }),
      snapshotMaxMinutes,
      aws: aws === 'off' || aws === false ? 'off' : aws,
      drill: { ...drill, maxHours: drill.maxHours ?? 3, amcheck: drill.amcheck ?? false },
    },
    verify: { queries, urls, ...withNotice(checking) },
  };
}

const withNotice = ({
  notify,
  alarmPrefix,
}: NonNullable<ConfigValues['verify']>): Omit<VerifySettings, 'queries' | 'urls'> => ({
  ...(alarmPrefix !== undefined && { alarmPrefix }),
  ...(notify && { notify }),
});
