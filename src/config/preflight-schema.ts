import { z } from 'zod';
import { amount, flag, mapping, scalar, text } from './schema-parts.ts';

const aws = mapping({
  region: text('a region such as eu-west-1').optional(),
  profile: text('the name of a profile').optional(),
  roleArn: text('the ARN of a role to assume').optional(),
  externalId: text('the external id of that role').optional(),
  account: z
    .string({ error: 'the 12 digits of an account, in quotes' })
    .regex(/^\d{12}$/, { error: 'the 12 digits of an account, in quotes' })
    .optional(),
  resourceId: text('a resource id such as db-ABC… or cluster-ABC…').optional(),
  backupRegion: text('the region that automated backups are replicated to').optional(),
  patienceSeconds: amount('seconds').optional(),
  pollSeconds: amount('seconds').optional(),
});

const drill = mapping({
  instanceClass: text('an instance class such as db.t4g.medium').optional(),
  subnetGroup: text('the name of a DB subnet group').optional(),
  securityGroups: z.array(text('the id of a security group'), { error: 'a list of security groups' }).optional(),
  parameterGroup: text('the name of a parameter group').optional(),
  maxHours: amount('hours').optional(),
  amcheck: flag.optional(),
});

/** `off` reaches us from YAML 1.2 as a text, from other files as false. */
const notOnAws = z.union([z.literal('off'), z.literal(false)]);

export const preflightSchema = mapping({
  url: text('a connection string, from the environment: `${DATABASE_URL}`').optional(),
  sslRootCert: text('the path of a PEM file').optional(),
  iamAuthentication: flag.optional(),
  migrationRole: text('the role that the real migration connects as').optional(),
  replicas: z.int({ error: 'a number of replicas' }).min(0, { error: 'a number of replicas' }).optional(),
  certificate: text('the path of a certificate').optional(),
  certificateKey: text('the path of a public key').optional(),
  snapshotMaxMinutes: amount('minutes').optional(),
  aws: z.union([notOnAws, aws], { error: '`off`, or a mapping with the keys region, profile, account …' }).optional(),
  drill: drill.optional(),
});

const query = mapping({
  name: text('a name'),
  sql: text('a query'),
  expect: scalar.refine((value) => value !== '', { error: '`empty`, `some` or a value' }),
});

const url = mapping({
  url: text('an address, http or https'),
  status: z.int({ error: 'a status such as 200' }).min(100, { error: 'a status such as 200' }).optional(),
  contains: text('a text that the answer holds').optional(),
  timeoutMs: amount('milliseconds').optional(),
});

export const verifySchema = mapping({
  queries: z.array(query, { error: 'a list of queries' }).optional(),
  urls: z.array(url, { error: 'a list of addresses' }).optional(),
  alarmPrefix: text('the beginning of the names of CloudWatch alarms').optional(),
  notify: mapping({
    snsTopicArn: text('the ARN of a topic').optional(),
    webhook: text('an address, http or https').optional(),
  }).optional(),
});
