import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../../findings/verdict.ts';
import type { Aws } from '../aws/aws.ts';
import { ask } from '../aws/reading/ask.ts';
import { explainFailure } from '../aws/reading/explain-failure.ts';
import type { TargetFacts } from '../facts/index.ts';
import { isKnown } from '../reading.ts';
import type { NoticeFacts } from './facts.ts';
import { hostOf, requestError, withoutCredentials } from './public-address.ts';
import type { NotifySettings } from './settings.ts';

/** What is told; nothing of rows, nothing secret. */
export interface Notice {
  readonly format: 1;
  readonly tool: { readonly name: 'pgrehearse'; readonly version: string };
  readonly command: 'verify';
  readonly outcome: Outcome;
  readonly target: TargetFacts;
  readonly takenAt: string;
  readonly errors: number;
  readonly warnings: number;
  readonly notJudged: number;
}

/** Tells both addresses where both are given. A notice that fails is a fact; rejects only when `signal` is aborted. */
export async function sendNotices(
  { snsTopicArn, webhook }: NotifySettings,
  notice: Notice,
  openAws: () => Promise<Aws>,
  signal: AbortSignal,
): Promise<NoticeFacts[]> {
  const sending: Promise<NoticeFacts>[] = [];
  if (snsTopicArn !== undefined)
    sending.push(deliver('sns', snsTopicArn, () => publish(snsTopicArn, notice, openAws, signal), signal));
  if (webhook !== undefined)
    sending.push(deliver('webhook', hostOf(webhook), () => post(webhook, notice, signal), signal));
  return await Promise.all(sending);
}

/** Says what went wrong, and whether trying again could help. */
type Attempt = { readonly error?: never } | { readonly error: string; readonly final: boolean };

async function deliver(
  to: NoticeFacts['to'],
  address: string,
  attempt: () => Promise<Attempt>,
  signal: AbortSignal,
): Promise<NoticeFacts> {
  for (let attempts = 1; ; attempts += 1) {
    const { error, final } = { final: true, ...(await attempt()) };
    signal.throwIfAborted();
    if (error === undefined) return { to, address, sent: true, attempts };
    if (final || attempts === MOST_ATTEMPTS) return { to, address, sent: false, attempts, error };
    await sleep(PAUSE_MS * attempts, undefined, { signal });
  }
}

async function post(webhook: string, notice: Notice, signal: AbortSignal): Promise<Attempt> {
  try {
    const { url, headers } = withoutCredentials(webhook);
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'pgrehearse' },
      // Chats print `text`, and nothing else.
      body: JSON.stringify({ text: headline(notice), ...notice }),
      // A redirected POST would arrive as a GET without its body.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await response.body?.cancel();
    if (response.ok) return {};
    return { error: `it answered with status ${response.status}`, final: !isPassing(response.status) };
  } catch (thrown) {
    return { error: requestError(thrown), final: !URL.canParse(webhook) };
  }
}

const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** The SDK tries again by itself. */
async function publish(
  topic: string,
  notice: Notice,
  openAws: () => Promise<Aws>,
  signal: AbortSignal,
): Promise<Attempt> {
  // SNS takes less than 100 characters of printable ASCII.
  const subject = asciiOnly(headline(notice)).slice(0, 99);
  const message = { TopicArn: topic, Subject: subject, Message: JSON.stringify(notice) };
  try {
    const aws = await openAws();
    const sent = await ask(aws, 'sns:Publish', signal, async (options) => (await aws.sns()).publish(message, options));
    return isKnown(sent) ? {} : { error: sent.unknown, final: true };
  } catch (thrown) {
    const reason = explainFailure(thrown, 'sns:Publish');
    return { error: isKnown(reason) ? '' : reason.unknown, final: true };
  }
}

const headline = ({ outcome, target }: Notice): string =>
  `pgrehearse verify: ${outcome}: ${target.database} on ${target.host}`;

const asciiOnly = (text: string): string => text.replaceAll(/[^ -~]/g, '?');

const MOST_ATTEMPTS = 3;
const PAUSE_MS = 500;
const TIMEOUT_MS = 10_000;
