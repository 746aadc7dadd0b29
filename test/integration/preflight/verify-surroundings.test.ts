import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Aws } from '../../../src/preflight/aws/aws.ts';
import { openAws } from '../../../src/preflight/aws/clients.ts';
import type { Answer } from '../../../src/findings/answer.ts';
import { isKnown } from '../../../src/preflight/reading.ts';
import { judgeAnswers } from '../../../src/preflight/judge.ts';
import { VERIFY_CHECKS } from '../../../src/preflight/verify/checks/index.ts';
import type { NoticeFacts, VerifyFacts } from '../../../src/preflight/verify/facts.ts';
import { type Notice, sendNotices } from '../../../src/preflight/verify/send-notice.ts';
import type { NotifySettings, VerifySettings } from '../../../src/preflight/verify/settings.ts';
import { gatherVerification } from '../../../src/preflight/verify/verify.ts';
import { startAwsServer, type AwsServer } from '../../helpers/aws-server/index.ts';
import { aWorld } from '../../helpers/aws-server/world/a-world.ts';
import { aRelease, type Release } from '../../helpers/released-production.ts';
import { noSignal } from '../../helpers/sql-project.ts';

const FAULTS = ['throttle', 'error500', 'hang', 'cut', 'malformed', 'expiredToken', 'accessDenied', 'html503'] as const;

let release: Release;
let web: WebServer;
let aws: AwsServer;

beforeAll(async () => {
  [release, web, aws] = await Promise.all([
    aRelease({ migrations: { '1_a': ['create table a (id integer primary key)', 'drop table a'] } }),
    startWebServer(),
    startAwsServer(),
  ]);
});
afterAll(async () => {
  await release[Symbol.asyncDispose]();
  await web[Symbol.asyncDispose]();
  await aws[Symbol.asyncDispose]();
});

describe('health addresses', () => {
  test.each<[string, VerifySettings['urls'][number], string]>([
    ['healthy', { url: '/healthy' }, 'pass /healthy answers with status 200'],
    ['the text is there', { url: '/healthy', contains: '"ok"' }, 'pass /healthy answers with status 200'],
    [
      'the wrong text',
      { url: '/healthy', contains: 'degraded' },
      'fail /healthy answers with status 200, but without the text that it should hold.',
    ],
    ['an error', { url: '/broken' }, 'fail /broken answers with status 500 instead of 200 to 299.'],
    ['a status that was expected', { url: '/broken', status: 500 }, 'pass /broken answers with status 500'],
    [
      'another status than expected',
      { url: '/healthy', status: 204 },
      'fail /healthy answers with status 200 instead of 204.',
    ],
    ['redirected', { url: '/moved', contains: 'ok' }, 'pass /moved answers with status 200'],
    ['redirected for ever', { url: '/loop' }, 'fail /loop: it redirects for ever, after'],
    ['hanging', { url: '/hangs', timeoutMs: 200 }, 'fail /hangs: no complete answer in time, after'],
    [
      'hanging in the middle',
      { url: '/stalls', contains: 'ok', timeoutMs: 200 },
      'fail /stalls: no complete answer in time, after',
    ],
    ['cut', { url: '/cut' }, 'fail /cut: the request failed with UND_ERR_SOCKET, after'],
    [
      'longer than anybody reads',
      { url: '/endless', contains: 'never' },
      'fail /endless answers with status 200, but without the text that it should hold.',
    ],
    ['nobody there', { url: 'http://127.0.0.1:1/health' }, 'fail http://127.0.0.1:1/health: the request failed'],
  ])('%s', async (_, url, expected) => {
    const answers = await answersOf({
      urls: [url.url.startsWith('/') ? { ...url, url: `${web.url}${url.url}` } : url],
    });
    expect(told(answers, 'verify-url-unhealthy')[0]).toMatch(new RegExp(`^${escaped(expected)}`));
  });

  test('credentials and queries are sent and never told', async () => {
    const { host } = new URL(web.url);
    const { facts, answers } = await verify({
      urls: [{ url: `http://me:pa%24s@${host}/private?token=t0ken`, contains: 'welcome' }],
    });
    expect(told(answers, 'verify-url-unhealthy')[0]).toMatch(
      /^pass http:\/\/[\d.:]+\/private answers with status 200 in/,
    );
    expect(web.requests.at(-1)).toMatchObject({
      path: '/private?token=t0ken',
      authorization: `Basic ${btoa('me:pa$s')}`,
    });
    for (const secret of ['pa%24s', 'pa$s', 't0ken', 'me:'])
      expect(JSON.stringify({ facts, answers })).not.toContain(secret);
  });
});

describe('alarms', () => {
  test('in every state, on several pages', async () => {
    using _ = restoring(aws);
    aws.world.metricAlarms.push(
      { AlarmName: 'shop-cpu', StateValue: 'OK' },
      { AlarmName: 'shop-errors', StateValue: 'ALARM', StateTransitionedTimestamp: new Date('2026-11-25T18:00:00Z') },
      { AlarmName: 'shop-lag', StateValue: 'INSUFFICIENT_DATA' },
      { AlarmName: 'other', StateValue: 'ALARM' },
    );
    aws.world.compositeAlarms.push({ AlarmName: 'shop-all', StateValue: 'ALARM' });
    aws.world.pageSize = 2;
    expect(told(await answersOf({ alarmPrefix: 'shop-' }), 'verify-alarm-raised')).toEqual([
      'pass The metric alarm shop-cpu is OK.',
      'fail The metric alarm shop-errors is in ALARM since 2026-11-25T18:00:00.000Z.',
      'warn The metric alarm shop-lag has too little data.',
      'fail The composite alarm shop-all is in ALARM.',
    ]);
  });

  test('none with that prefix', async () => {
    expect(told(await answersOf({ alarmPrefix: 'shopp-' }), 'verify-alarm-raised')).toEqual([
      'unknown No alarm has a name that begins with shopp-.',
    ]);
  });

  test('not allowed to look', async () => {
    using _ = restoring(aws);
    aws.fault({ action: 'DescribeAlarms', kind: 'accessDenied' });
    const { answers, facts } = await verify({ alarmPrefix: 'shop-' });
    expect(told(answers, 'verify-alarm-raised')[0]).toBe('unknown Access denied to cloudwatch:DescribeAlarms.');
    expect(facts.alarms?.found).toMatchObject({ needs: 'cloudwatch:DescribeAlarms' });
  });

  test.each(FAULTS)('%s leaves it unknown, and the topic untold', async (kind) => {
    using _ = restoring(aws);
    aws.world.metricAlarms.push(
      { AlarmName: 'shop-cpu', StateValue: 'OK' },
      { AlarmName: 'shop-lag', StateValue: 'OK' },
    );
    aws.world.pageSize = 1;
    aws.fault({ action: 'DescribeAlarms', kind });
    aws.fault({ action: 'Publish', kind });
    const hasty = (): Promise<Aws> => openAws({}, aws.env, { connectMs: 300, requestMs: 300, questionMs: 1500 });
    const [{ answers }, [notice]] = await Promise.all([
      verify({ alarmPrefix: 'shop-' }, hasty),
      sendNotices({ snsTopicArn: TOPIC }, NOTICE, hasty, noSignal),
    ]);
    const said = answers.filter(({ check }) => check === 'verify-alarm-raised');
    expect(said.map(({ answer }) => answer)).toEqual(['unknown']);
    expect(notice).toMatchObject({ sent: false, error: expect.any(String) as string });
  });

  test('AWS is not asked when nobody wants to know', async () => {
    const opened: string[] = [];
    const { facts } = await verify({}, async () => {
      opened.push('opened');
      return open();
    });
    expect([opened, facts.alarms]).toEqual([[], undefined]);
  });
});

describe('notices', () => {
  test('reach topic and webhook', async () => {
    using _ = restoring(aws);
    const notices = await send({ snsTopicArn: TOPIC, webhook: `${web.url}/hook/s3cret` });
    expect(notices).toEqual([
      { to: 'sns', address: TOPIC, sent: true, attempts: 1 },
      { to: 'webhook', address: new URL(web.url).host, sent: true, attempts: 1 },
    ]);
    expect(aws.world.published).toMatchObject([
      { topicArn: TOPIC, subject: 'pgrehearse verify: unsafe: shop on db.example.com' },
    ]);
    expect(JSON.parse(aws.world.published[0]?.message ?? '')).toEqual(NOTICE);
    expect(JSON.parse(web.requests.at(-1)?.body ?? '')).toEqual({
      text: 'pgrehearse verify: unsafe: shop on db.example.com',
      ...NOTICE,
    });
  });

  test('a webhook that fails twice is tried a third time', async () => {
    const [notice] = await send({ webhook: `${web.url}/flaky` });
    expect(notice).toMatchObject({ sent: true, attempts: 3 });
  });

  test.each([
    ['refused', '/forbidden', { attempts: 1, error: 'it answered with status 403' }],
    ['down', '/broken', { attempts: 3, error: 'it answered with status 500' }],
    ['redirected', '/moved', { attempts: 1, error: 'it answered with status 302' }],
  ])('%s: a fact that warns, and hides nothing', async (_, path, expected) => {
    const notices = await send({ webhook: `${web.url}${path}` });
    expect(notices).toMatchObject([{ sent: false, ...expected }]);
    const { facts } = await verify({});
    const { verdict, answers } = judge({ ...facts, notices });
    expect(told(answers, 'verify-notice-not-sent')).toEqual([
      `warn The webhook at ${new URL(web.url).host} was not told: ${expected.error}.`,
    ]);
    expect(verdict.outcome).toBe('safe');
  });

  test('a topic that may not be published to', async () => {
    using _ = restoring(aws);
    aws.fault({ action: 'Publish', kind: 'accessDenied' });
    expect(await send({ snsTopicArn: TOPIC })).toMatchObject([{ to: 'sns', sent: false, attempts: 1 }]);
  });

  test('an interruption ends the trying', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('Ctrl-C')), 100);
    await expect(sendNotices({ webhook: `${web.url}/hangs` }, NOTICE, open, controller.signal)).rejects.toThrow(
      'Ctrl-C',
    );
  });
});

const TOPIC = `arn:aws:sns:${aWorld().region}:123456789012:releases`;

const NOTICE: Notice = {
  format: 1,
  tool: { name: 'pgrehearse', version: '0.0.0' },
  command: 'verify',
  outcome: 'unsafe',
  target: { host: 'db.example.com', port: 5432, database: 'shop', user: 'verifier' },
  takenAt: '2026-11-25T19:00:00.000Z',
  errors: 1,
  warnings: 0,
  notJudged: 0,
};

const open = (): Promise<Aws> => openAws({}, aws.env);

const send = (settings: NotifySettings): Promise<NoticeFacts[]> => sendNotices(settings, NOTICE, open, noSignal);

async function verify(
  wishes: Partial<VerifySettings>,
  openIt: () => Promise<Aws> = open,
): Promise<{ readonly facts: VerifyFacts; readonly answers: readonly Answer[] }> {
  const production = await release.production();
  const facts = await gatherVerification(
    {
      target: production.target,
      certificate: { path: release.certificate, isDefault: false },
      source: release.source,
      invariants: [],
      verify: { queries: [], urls: [], ...wishes },
      openAws: openIt,
    },
    () => {},
    noSignal,
  );
  expect(isKnown(facts.rehearsal.schema)).toBe(true);
  return { facts, answers: judge(facts).answers };
}

const answersOf = async (wishes: Partial<VerifySettings>): Promise<readonly Answer[]> => (await verify(wishes)).answers;

const judge = (facts: VerifyFacts) =>
  judgeAnswers(facts, VERIFY_CHECKS, {
    checks: {},
    waivers: [],
    today: '2026-11-25',
    knownChecks: VERIFY_CHECKS.map(({ id }) => id),
  });

/** Without the address of the test's own server. */
const told = (answers: readonly Answer[], check: string): string[] =>
  answers
    .filter((one) => one.check === check)
    .map(
      ({ answer, message }) =>
        `${answer} ${message.startsWith(`${web.url}/private`) ? message : message.replaceAll(web.url, '')}`,
    );

const escaped = (literal: string): string => literal.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

function restoring(server: AwsServer): Disposable {
  const { pageSize } = server.world;
  return {
    [Symbol.dispose]: () => {
      server.world.metricAlarms.length = 0;
      server.world.compositeAlarms.length = 0;
      server.world.published.length = 0;
      server.world.pageSize = pageSize;
      server.clearFaults();
    },
  };
}

interface WebServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: { readonly path: string; readonly authorization?: string; readonly body: string }[];
}

async function startWebServer(): Promise<WebServer> {
  const requests: WebServer['requests'] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const { authorization } = request.headers;
      requests.push({
        path: request.url ?? '',
        body: await text(request),
        ...(authorization !== undefined && { authorization }),
      });
      respond(request, response, requests);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function respond(request: IncomingMessage, response: ServerResponse, requests: WebServer['requests']): void {
  const { pathname } = new URL(request.url ?? '', 'http://localhost');
  const [, name = ''] = pathname.split('/');
  switch (name) {
    case 'healthy':
      return void response.end('{"status":"ok"}');
    case 'private':
      return void response.end(request.headers.authorization === undefined ? 'who?' : 'welcome');
    case 'hook':
      return void response.writeHead(204).end();
    case 'moved':
      return void response.writeHead(302, { location: '/healthy' }).end();
    case 'loop':
      return void response.writeHead(302, { location: '/loop' }).end();
    case 'forbidden':
      return void response.writeHead(403).end();
    case 'broken':
      return void response.writeHead(500).end('no');
    case 'flaky':
      return void response.writeHead(requests.filter(({ path }) => path === '/flaky').length < 3 ? 503 : 200).end();
    case 'stalls':
      return void response.write('begin');
    case 'cut':
      return void response.destroy();
    case 'endless': {
      const chunk = 'x'.repeat(65_536);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      return more();
    }
    // `hangs`: no answer.
  }
}
