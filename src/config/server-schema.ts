import { z } from 'zod';
import { amount, mapping, scalar, text } from './schema-parts.ts';

const docker = mapping({
  pull: z.enum(['missing', 'always', 'never'], { error: '`missing`, `always` or `never`' }).exactOptional(),
  memoryGib: amount('GiB').exactOptional(),
  cpus: amount('processors').exactOptional(),
  tmpfsGib: z
    .number({ error: 'GiB, or 0 for the disk' })
    .nonnegative({ error: 'GiB, or 0 for the disk' })
    .exactOptional(),
});

const rds = mapping({
  identifier: text('the identifier of an instance or cluster'),
  from: text('`latest-snapshot`, `latest-time`, `clone`, or the id of a snapshot').exactOptional(),
  database: text('the name of a database').exactOptional(),
  region: text('a region such as eu-west-1').exactOptional(),
  profile: text('the name of a profile').exactOptional(),
  roleArn: text('the ARN of a role to assume').exactOptional(),
  externalId: text('the external id of that role').exactOptional(),
  instanceClass: text('an instance class such as db.t4g.medium').exactOptional(),
  subnetGroup: text('the name of a DB subnet group').exactOptional(),
  securityGroups: z.array(text('the id of a security group'), { error: 'a list of security groups' }).exactOptional(),
  parameterGroup: text('the name of a parameter group').exactOptional(),
  maxHours: amount('hours').exactOptional(),
  pollSeconds: amount('seconds').exactOptional(),
  patienceSeconds: amount('seconds').exactOptional(),
  sslRootCert: text('the path of root certificates').exactOptional(),
  allowCustomEndpoint: z.boolean({ error: 'true or false' }).exactOptional(),
});

/** Where a rehearsal happens. */
export const serverSchema = mapping({
  provider: text('the name of a server provider').optional(),
  postgresVersion: z
    .int({ error: 'a major version such as 17' })
    .min(14, { error: 'a major version, 14 or newer' })
    .max(99, { error: 'a major version such as 17' })
    .optional(),
  binaries: text('a folder with `postgres` and `initdb`').optional(),
  settings: z.record(z.string(), scalar, { error: 'a mapping of server settings' }).optional(),
  url: text('a connection string, from the environment: `${REHEARSAL_SERVER_URL}`').optional(),
  // A system identifier has more digits than a number keeps.
  production: z
    .array(text('a host, host:port, or a system identifier in quotes'), {
      error: 'a list of hosts and system identifiers',
    })
    .optional(),
  image: text('an image of Docker, with its tag').exactOptional(),
  docker: docker.exactOptional(),
  rds: rds.exactOptional(),
});
