import { fail, pass, skipped, unknownBecause, warn, whenKnown, type PreflightCheck } from '../check.ts';
import type { PreflightFacts } from '../facts/index.ts';
import { isKnown } from '../reading.ts';
import { ageMs, awsCheck, HOUR_MS, inWords, resourceCheck, saysNothing } from './aws-check.ts';

const accountDiffers = awsCheck({
  id: 'aws-account-differs',
  title: 'The credentials belong to another AWS account',
  group: 'environment',
  effect: 'Everything that is said about backups is about somebody else’s database.',
  remedy: 'Use credentials of the account that `preflight.aws.account` names.',
  limits: {},
  *ask({ identity }, { policy }) {
    yield* whenKnown(identity, function* ({ account, arn }) {
      const evidence = { account, arn };
      if (policy.account === undefined)
        yield warn(`The account is ${account}; no account is expected in the config.`, evidence);
      else if (policy.account === account) yield pass(`The account is ${account}, as expected.`, evidence);
      else yield fail(`The account is ${account}; expected is ${policy.account}.`, evidence);
    });
  },
});

const endpointCustom = awsCheck({
  id: 'aws-endpoint-custom',
  title: 'Requests do not go to AWS',
  group: 'environment',
  effect: 'An emulator, or a setting left over from one, can make every check pass.',
  remedy: 'Unset `AWS_ENDPOINT_URL` and the like, or allow it with `--allow-custom-endpoint`.',
  limits: {},
  *ask({ endpoint, isAwsEndpoint, customEndpoints = [endpoint] }, { policy }) {
    const hosts = customEndpoints.join(', ');
    if (isAwsEndpoint) yield pass(`Requests go to ${endpoint}.`, { endpoint });
    else if (policy.allowCustomEndpoint)
      yield {
        ...warn(`NOT AWS: requests go to ${hosts}, as was allowed.`, { endpoint }),
        remedy: 'For a real release, unset `AWS_ENDPOINT_URL` and the like.',
      };
    else yield fail(`Requests go to ${hosts}, which is not AWS.`, { endpoint });
  },
});

const regionDiffers = awsCheck({
  id: 'aws-region-differs',
  title: 'Another region is asked than the database is in',
  group: 'environment',
  effect: 'A database of the same name may be in both.',
  remedy: 'Set `preflight.aws.region` to the region of the database.',
  limits: {},
  *ask({ region, host }, { policy }) {
    if (policy.region !== undefined && policy.region !== region) {
      yield fail(`The region asked is ${region}; expected is ${policy.region}.`, { region });
      return;
    }
    yield* whenKnown(host, function* (match) {
      if (match.region === undefined || match.region === region) yield pass(`The region is ${region}.`, { region });
      else yield fail(`The region asked is ${region}; ${match.host} is in ${match.region}.`, { region });
    });
  },
});

const databaseNotFound = awsCheck({
  id: 'aws-database-not-found',
  title: 'The connection string leads to no database of AWS, or to several',
  group: 'environment',
  effect: 'No statement about backups can be tied to the database that will be migrated.',
  remedy: 'Name the endpoint that RDS shows for the database, a CNAME of it or its proxy; a tunnel cannot be followed.',
  limits: {},
  *ask({ host, resource }) {
    yield* whenKnown(host, function* ({ host: name, names, matches, compared }) {
      const evidence = { names, compared };
      const [match, ...others] = matches;
      if (match === undefined)
        yield fail(`${name} is no endpoint of the ${compared} databases and proxies of this region.`, evidence);
      else if (others.length > 0)
        yield fail(
          `${name} leads to ${matches.length} databases: ${matches.map(({ identifier }) => identifier).join(', ')}.`,
          evidence,
        );
      else if (!isKnown(resource)) yield unknownBecause(resource);
      else
        yield pass(`${name} is the ${match.endpoint} endpoint of ${match.identifier} (${match.resourceId}).`, {
          ...evidence,
          arn: match.arn,
        });
    });
  },
});

const endpointNotWriter = resourceCheck({
  id: 'aws-endpoint-not-writer',
  title: 'The endpoint does not lead to the writer',
  group: 'environment',
  effect: 'On a reader the migration fails; on an endpoint that moves it may meet one later.',
  remedy: 'Connect to the cluster’s writer endpoint.',
  limits: {},
  *ask({ identifier, members }, { host }) {
    yield* whenKnown(host, function* ({ matches: [match] }) {
      const writer = members.find(({ isWriter }) => isWriter)?.identifier;
      const member = match?.member;
      if (match === undefined) yield saysNothing('The host leads to no database.');
      else if (match.endpoint === 'reader') yield fail(`The endpoint is for reading from ${identifier} only.`);
      else if (match.endpoint === 'custom') yield warn(`The custom endpoint of ${identifier} may lead to a reader.`);
      else if (member === undefined) yield pass(`The ${match.endpoint} endpoint of ${identifier} leads to its writer.`);
      else if (member === writer)
        yield warn(`The endpoint is that of ${member}, which writes until the next failover.`);
      else yield fail(`The endpoint is that of ${member}; the writer is ${writer ?? 'not known'}.`);
    });
  },
});

const resourceDiffers = resourceCheck({
  id: 'aws-resource-differs',
  title: 'The database is another than the one that is pinned',
  group: 'environment',
  effect: 'A restored or replaced database answers to the same name.',
  remedy: 'Check the connection string, or pin the new resource id in `preflight.aws.resourceId`.',
  limits: {},
  *ask({ resourceId }, _aws, { policy }) {
    if (policy.resourceId === undefined) yield skipped('No resource id is pinned in the config.');
    else if (policy.resourceId === resourceId) yield pass(`The resource id is ${resourceId}, as pinned.`);
    else yield fail(`The resource id is ${resourceId}; pinned is ${policy.resourceId}.`);
  },
});

const databaseIsReplica = resourceCheck({
  id: 'aws-database-is-replica',
  title: 'The database is a replica',
  group: 'environment',
  effect: 'It cannot be written to, and its snapshots are not those of the primary.',
  remedy: 'Connect to the primary.',
  limits: {},
  *ask({ identifier, arn, replicaOf, globalCluster }, { globalPrimary }) {
    if (replicaOf !== undefined && replicaOf !== '') yield fail(`${identifier} is a replica of ${replicaOf}.`);
    else if (globalCluster === undefined) yield pass(`${identifier} is no replica.`);
    else if (globalPrimary === undefined)
      yield saysNothing(`Nobody asked which cluster of ${globalCluster} is the primary.`);
    else
      yield* whenKnown(globalPrimary, function* (primary) {
        if (primary === arn) yield pass(`${identifier} is the primary of the global database ${globalCluster}.`);
        else
          yield fail(
            `${identifier} is a secondary of the global database ${globalCluster}; the primary is ${primary}.`,
          );
      });
  },
});

const clockOff = awsCheck({
  id: 'aws-clock-off',
  title: 'The clock of this machine is wrong',
  group: 'environment',
  effect: 'Requests are refused, and times of this machine cannot be compared with those of AWS.',
  remedy: 'Let this machine keep its time by NTP.',
  limits: { warnSeconds: 60, maxSeconds: 300 },
  *ask({ clockOffsetMs }, _facts, { warnSeconds, maxSeconds }) {
    yield* whenKnown(clockOffsetMs, function* (offsetMs) {
      const seconds = Math.round(Math.abs(offsetMs) / 1_000);
      const said = `The clocks of AWS and of this machine are ${seconds} s apart; the limit is ${maxSeconds} s.`;
      const evidence = { offsetMs };
      yield seconds > maxSeconds
        ? fail(said, evidence)
        : seconds > warnSeconds
          ? warn(said, evidence)
          : pass(said, evidence);
    });
  },
});

const certificateExpires = resourceCheck({
  id: 'aws-server-certificate-expires',
  title: 'The server’s TLS certificate ends soon',
  group: 'environment',
  effect: 'Clients that verify it stop connecting.',
  remedy: 'Rotate the certificate of the instance.',
  limits: { warnDays: 30 },
  *ask({ identifier, certificateValidTill: till }, _aws, facts, { warnDays }) {
    if (till === undefined) {
      yield saysNothing(`AWS does not say how long the certificate of ${identifier} is valid.`);
      return;
    }
    const leftMs = -ageMs(facts, till);
    const said = `The certificate of ${identifier} is valid until ${till}; the limit is ${warnDays} days ahead.`;
    if (Number.isNaN(leftMs)) yield saysNothing(said);
    else if (leftMs <= 0) yield fail(`The certificate of ${identifier} ended ${inWords(-leftMs)} ago.`);
    else yield leftMs < warnDays * 24 * HOUR_MS ? warn(said) : pass(said);
  },
});

export const awsEnvironmentChecks: readonly PreflightCheck<PreflightFacts>[] = [
  accountDiffers,
  endpointCustom,
  regionDiffers,
  databaseNotFound,
  endpointNotWriter,
  resourceDiffers,
  databaseIsReplica,
  clockOff,
  certificateExpires,
];
