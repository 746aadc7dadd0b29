import { z } from 'zod';
import { amount, flag, mapping, scalar, text } from './schema-parts.ts';

const aws = mapping({
  region: text('a region such as eu-west-1').exactOptional(),
  profile: text('the name of a profile').exactOptional(),
  roleArn: text('the ARN of a role to assume').exactOptional(),
  externalId: text('the external id of that role').exactOptional(),
  account: z
    .string({ error: 'the 12 digits of an account, in quotes' })
    .regex(/^\d{12}$/, { error: 'the 12 digits of an account, in quotes' })
    .exactOptional(),
  resourceId: text('a resource id such as db-ABC… or cluster-ABC…').exactOptional(),
  backupRegion: text('the region that automated backups are replicated to').exactOptional(),
  patienceSeconds: amount('seconds').exactOptional(),
  pollSeconds: amount('seconds').exactOptional(),
});

const drill = mapping({
  instanceClass: text('an instance class such as db.t4g.medium').exactOptional(),
  subnetGroup: text('the name of a DB subnet group').exactOptional(),
  securityGroups: z.array(text('the id of a security group'), { error: 'a list of security groups' }).exactOptional(),
  parameterGroup: text('the name of a parameter group').exactOptional(),
  maxHours: amount('hours').exactOptional(),
  amcheck: flag.exactOptional(),
});

/** `off` reaches us from YAML 1.2 as a text, from other files as false. */
const notOnAws = z.union([z.literal('off'), z.literal(false)]);

export const preflightSchema = mapping({
  url: text('a connection string, from the environment: `${DATABASE_URL}`').exactOptional(),
  sslRootCert: text('the path of a PEM file').exactOptional(),
  iamAuthentication: flag.exactOptional(),
  migrationRole: text('the role that the real migration connects as').exactOptional(),
  replicas: z.int({ error: 'a number of replicas' }).min(0, { error: 'a number of replicas' }).exactOptional(),
  certificate: text('the path of a certificate').exactOptional(),
  certificateKey: text('the path of a public key').exactOptional(),
  snapshotMaxMinutes: amount('minutes').exactOptional(),
  aws: z
    .union([notOnAws, aws], { error: '`off`, or a mapping with the keys region, profile, account …' })
    .exactOptional(),
  drill: drill.exactOptional(),
});

const address = z
  .string({ error: 'an address, http or https' })
  .regex(/^https?:\/\/[^/]/i, { error: 'an address, http or https' });

const topic = z
  .string({ error: 'the ARN of a topic' })
  .regex(/^arn:[\w-]+:sns:[\w-]+:\d{12}:[^:]+$/, { error: 'the ARN of a topic' });

const query = mapping({
  name: text('a name'),
  sql: text('a query'),
  expect: scalar.refine((value) => value !== '', { error: '`empty`, `some` or a value' }),
});

const url = mapping({
  url: address,
  status: z.int({ error: 'a status such as 200' }).min(100, { error: 'a status such as 200' }).exactOptional(),
  contains: text('a text that the answer holds').exactOptional(),
  timeoutMs: amount('milliseconds').exactOptional(),
});

export const verifySchema = mapping({
  queries: z.array(query, { error: 'a list of queries' }).exactOptional(),
  urls: z.array(url, { error: 'a list of addresses' }).exactOptional(),
  alarmPrefix: text('the beginning of the names of CloudWatch alarms').exactOptional(),
  notify: mapping({
    snsTopicArn: topic.exactOptional(),
    webhook: address.exactOptional(),
  }).exactOptional(),
});
