import type { Aws, AwsSettings } from '../../preflight/aws/aws.ts';
import { openAws, patienceOf } from '../../preflight/aws/clients.ts';
import { examineAws } from '../../preflight/aws/examine-aws.ts';
import { type Prerequisite, prerequisiteFrom } from '../../support/prerequisite.ts';
import type { RdsServerSpec } from '../provider.ts';
import { chooseWhat } from './choose-what.ts';
import { findSource } from './find-source.ts';

/** Packages, region, credentials, the source and what would be restored. Makes nothing; rejects only for an abort. */
export async function examineRds(
  spec: RdsServerSpec | undefined,
  settings: AwsSettings,
  signal: AbortSignal,
): Promise<readonly Prerequisite[]> {
  if (!spec) {
    const mend = 'server: { provider: rds, rds: { identifier: shop-production } }';
    return [{ name: 'server.rds', state: 'missing', detail: 'nothing says what is restored', mend }];
  }
  const access = await examineAws(settings, spec.env, signal);
  if (access.some(({ state }) => state !== 'found')) return access;
  const { identifier, from = 'latest-snapshot' } = spec;
  const found: Prerequisite[] = [...access];
  let name = `RDS ${identifier}`;
  try {
    using aws = await openAws(settings, spec.env, patienceOf(PATIENCE_MS));
    const { resource } = await findSource(aws, spec, signal);
    const { kind, engine, engineVersion, status } = resource;
    found.push({ name, state: 'found', detail: `${kind}, ${engine} ${engineVersion}, ${status}` });
    name = `server.rds.from: ${from}`;
    const { text, origin, doubt } = await chooseWhat(aws, resource, from, signal);
    const detail = `${text}${origin.createdAt === undefined ? '' : `, data of ${origin.createdAt}`}`;
    found.push({ name, state: doubt === undefined ? 'found' : 'unknown', detail: doubt ?? detail });
    return [...found, ...strangers(aws, spec)];
  } catch (error) {
    signal.throwIfAborted();
    return [...found, prerequisiteFrom(name, error)];
  }
}

const strangers = ({ isAwsEndpoint, endpoint }: Aws, { allowCustomEndpoint }: RdsServerSpec): readonly Prerequisite[] =>
  isAwsEndpoint || allowCustomEndpoint === true
    ? []
    : [
        {
          name: 'AWS endpoint',
          state: 'missing',
          detail: `${endpoint} is not AWS`,
          mend: 'Look at AWS_ENDPOINT_URL; `pgrehearse run --allow-custom-endpoint` allows it.',
        },
      ];

const PATIENCE_MS = 5_000;
