import { z } from 'zod';
import type { Scope } from '../rehearsal/request.ts';
import { preflightSchema, verifySchema } from './preflight-schema.ts';
import { mapping, scalar, text } from './schema-parts.ts';
import { serverSchema } from './server-schema.ts';

const isScope = (value: unknown): value is Scope =>
  typeof value === 'string' && /^(pending|all|last:[1-9]\d*)$/.test(value);

const A_COMMAND = 'a command: a text, or a list of program and arguments';

export const backupSchema = mapping({
  file: text('the path of a backup, or s3://bucket/key').exactOptional(),
  s3: mapping({
    region: text('a region such as eu-west-1').exactOptional(),
    profile: text('the name of a profile').exactOptional(),
    endpoint: text('the address of a service such as http://localhost:9000').exactOptional(),
    versionId: text('the id of a version').exactOptional(),
  }).exactOptional(),
  command: z
    .union([text(A_COMMAND), z.array(text(A_COMMAND), { error: A_COMMAND }).min(1, { error: A_COMMAND })], {
      error: A_COMMAND,
    })
    .exactOptional(),
  url: text('a connection string, from the environment: `${STAGING_URL}`').exactOptional(),
  excludeTableData: z
    .array(text('a pattern of pg_dump such as public.events_*'), { error: 'a list of patterns' })
    .exactOptional(),
  database: text('the name of a database').exactOptional(),
  allowUnverified: z.boolean({ error: 'true or false' }).exactOptional(),
  masking: text('the path of a SQL file').exactOptional(),
  maxAgeHours: z.number({ error: 'a number of hours' }).positive({ error: 'a number of hours above 0' }).optional(),
});

/** Further keys belong to the tool, which refuses those it does not know. */
const migrations = z.looseObject(
  {
    tool: text('the name of a migration tool').optional(),
    directory: text('the path of a folder').optional(),
  },
  { error: 'a mapping with the keys tool, directory, and those of the tool' },
);

const rehearsal = mapping({
  scope: z.custom<Scope>(isScope, { error: '`pending`, `all` or `last:N`' }).optional(),
  forwardOnly: z.boolean({ error: 'true or false' }).optional(),
});

const invariant = mapping({
  name: text('a name'),
  sql: text('a query'),
  expect: scalar.refine((value) => value !== '', { error: '`unchanged`, `empty` or a value' }),
});

const waiver = mapping({
  check: text('the id of a check'),
  migration: text('the id of a migration, in quotes if it looks like a number').optional(),
  relation: text('a table, with its schema').optional(),
  answer: z.literal('unknown', { error: '`unknown`' }).optional(),
  reason: text('a reason'),
  until: z.iso.date({ error: 'a date such as 2027-01-31' }).optional(),
});

/** What a config file may hold. `checks` is looked at in check-settings.ts: its keys are the registry's. */
export const configSchema = mapping({
  server: serverSchema.optional(),
  backup: backupSchema.optional(),
  migrations: migrations.optional(),
  rehearsal: rehearsal.optional(),
  checks: z.record(z.string(), z.unknown(), { error: 'a mapping from check to `off` or its limits' }).optional(),
  invariants: z.array(invariant, { error: 'a list of invariants' }).optional(),
  waivers: z.array(waiver, { error: 'a list of waivers' }).optional(),
  preflight: preflightSchema.optional(),
  verify: verifySchema.optional(),
});

export type ConfigValues = z.infer<typeof configSchema>;
