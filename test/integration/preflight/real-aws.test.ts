import { expect, test } from 'vitest';

import { openAws } from '../../../src/preflight/aws/clients.ts';
import { regionOfDatabaseHost } from '../../../src/preflight/aws/endpoint-host.ts';
import { gatherAws } from '../../../src/preflight/aws/gather-aws.ts';
import { isKnown } from '../../../src/preflight/reading.ts';
import { parseProductionUrl } from '../../../src/postgres/production-target.ts';

const WANTED = process.env['PGREHEARSE_AWS_TEST'] === '1';

/** Reads only: nothing is created, and the database itself is not connected to. */
test('every question is answered by a real account', async (context) => {
  if (!WANTED) context.skip('Asks a real account: set PGREHEARSE_AWS_TEST=1, DATABASE_URL and credentials.');
  const target = parseProductionUrl(process.env['DATABASE_URL'] ?? '');
  const region = regionOfDatabaseHost(target.host);
  using aws = await openAws({ ...(region !== undefined && { region }) }, process.env);
  const policy = { allowCustomEndpoint: false, createSnapshot: false };
  const facts = await gatherAws(aws, target, policy, new AbortController().signal);
  const unanswered = Object.entries(facts).filter(
    ([, reading]) => typeof reading === 'object' && reading !== null && 'unknown' in reading,
  );
  expect(unanswered).toEqual([]);
  expect(facts.isAwsEndpoint).toBe(true);
  expect(isKnown(facts.resource)).toBe(true);
});
