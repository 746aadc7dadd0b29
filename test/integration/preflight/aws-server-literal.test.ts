import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { RDS } from '@aws-sdk/client-rds';
import { describe, expect, it } from 'vitest';

import { startAwsServer } from '../../helpers/aws-server/index.ts';
import { aWorld, noResources } from '../../helpers/aws-server/world/a-world.ts';
import type { Resources, Settings } from '../../helpers/aws-server/world/world.ts';

/**
 * Documents written by hand after the API reference. The SDK reads one, the server gets what it read as its world, and
 * what the server then writes has to be the document again: same elements, same texts.
 */
const WORLDS = {
  DescribeDBInstances: async (rds: RDS) => ({ instances: (await rds.describeDBInstances()).DBInstances ?? [] }),
  DescribeDBClusters: async (rds: RDS) => ({ clusters: (await rds.describeDBClusters()).DBClusters ?? [] }),
  DescribeDBSnapshots: async (rds: RDS) => ({ snapshots: (await rds.describeDBSnapshots()).DBSnapshots ?? [] }),
  DescribeDBClusterSnapshots: async (rds: RDS) => ({
    clusterSnapshots: (await rds.describeDBClusterSnapshots()).DBClusterSnapshots ?? [],
  }),
  DescribeDBInstanceAutomatedBackups: async (rds: RDS) => ({
    automatedBackups: (await rds.describeDBInstanceAutomatedBackups()).DBInstanceAutomatedBackups ?? [],
  }),
  DescribePendingMaintenanceActions: async (rds: RDS) => ({
    maintenance: (await rds.describePendingMaintenanceActions()).PendingMaintenanceActions ?? [],
  }),
  DescribeEvents: async (rds: RDS) => ({
    events: (await rds.describeEvents()).Events ?? [],
    now: () => new Date('2025-05-31T06:45:00Z'),
  }),
  DescribeDBSnapshotAttributes: async (rds: RDS) => {
    const id = { DBSnapshotIdentifier: 'my-snapshot' };
    const { DBSnapshotAttributesResult: read } = await rds.describeDBSnapshotAttributes(id);
    return { snapshots: [id], sharedWith: { 'my-snapshot': read?.DBSnapshotAttributes?.[0]?.AttributeValues ?? [] } };
  },
  DescribeAccountAttributes: async (rds: RDS) => ({
    quotas: (await rds.describeAccountAttributes()).AccountQuotas ?? [],
  }),
  DescribeDBProxies: async (rds: RDS) => ({ proxies: (await rds.describeDBProxies()).DBProxies ?? [] }),
  DescribeBlueGreenDeployments: async (rds: RDS) => ({
    blueGreen: (await rds.describeBlueGreenDeployments()).BlueGreenDeployments ?? [],
  }),
} satisfies Record<string, (rds: RDS) => Promise<Partial<Resources & Settings>>>;

describe('XML of the test server of AWS', () => {
  it.each(Object.entries(WORLDS))('is that of the API reference: %s', async (action, read) => {
    const literal = document(action);
    await using verbatim = await serve(literal);
    await using server = await startAwsServer({
      world: aWorld({ ...noResources(), ...(await read(rdsAt(verbatim.url))) }),
    });
    const extra = action === 'DescribeDBSnapshotAttributes' ? '&DBSnapshotIdentifier=my-snapshot' : '';
    expect(elementsOf(await ask(server.url, `Action=${action}${extra}`))).toEqual(elementsOf(literal));
  });

  it('is that of the API reference: an error', async () => {
    await using server = await startAwsServer();
    const answer = await ask(server.url, 'Action=DescribeDBInstances&DBInstanceIdentifier=nobody');
    expect(elementsOf(answer)).toEqual(elementsOf(document('ErrorResponse')));
  });
});

const document = (name: string): string =>
  readFileSync(join(import.meta.dirname, `../../helpers/aws-server/literal/${name}.xml`), 'utf8').replace(
    /<\?.*?\?>/,
    '',
  );

async function serve(body: string): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/xml' }).end(body),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const rdsAt = (endpoint: string): RDS =>
  new RDS({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' },
  });

/** Asked without the SDK: what is on the wire. */
async function ask(url: string, query: string): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20250531/eu-west-1/rds/aws4_request, Signature=x',
      'x-amz-date': new Date((query.includes('DescribeEvents') && Date.UTC(2025, 4, 31, 6, 45)) || Date.now())
        .toISOString()
        .replaceAll(/[-:]|\.\d+/g, ''),
    },
    body: `${query}&Version=2014-10-31`,
  });
  return response.text();
}

/** Paths with their texts, sorted, since the order of elements in a structure means nothing; lists keep theirs by index. */
function elementsOf(xml: string): string[] {
  const path: string[] = [];
  const counts: Map<string, number>[] = [new Map()];
  const found: string[] = [];
  for (const [, slash, name = '', , selfClosing, text] of xml
    .replace(/<\?.*?\?>/, '')
    .matchAll(/<(\/?)(\w+)([^>]*?)(\/?)>|([^<]*[^<\s][^<]*)/g)) {
    if (text !== undefined) found.push(`${path.join('/')} = ${unescape(text.trim())}`);
    else if (slash === '/') {
      path.pop();
      counts.pop();
    } else {
      const siblings = counts.at(-1) ?? new Map<string, number>();
      siblings.set(name, (siblings.get(name) ?? 0) + 1);
      path.push(`${name}[${siblings.get(name)}]`);
      counts.push(new Map());
      found.push(path.join('/'));
      if (selfClosing === '/') {
        path.pop();
        counts.pop();
      }
    }
  }
  return found.toSorted();
}

const unescape = (text: string): string =>
  text
    .replaceAll(/&#(\d+);/g, (_whole, code: string) => String.fromCharCode(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
