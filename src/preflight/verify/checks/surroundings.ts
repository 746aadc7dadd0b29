import { duration } from '../../../support/duration.ts';
import {
  fail,
  pass,
  type PreflightCheck,
  preflightCheckFor,
  type Said,
  skipped,
  warn,
  whenKnown,
} from '../../check.ts';
import type { AlarmFacts, NoticeFacts, UrlFacts, VerifyFacts } from '../facts.ts';

const urlUnhealthy = preflightCheckFor<VerifyFacts>()({
  id: 'verify-url-unhealthy',
  title: 'A health address does not answer as it should',
  group: 'verification',
  effect: 'Users cannot work with what runs on the migrated database.',
  remedy: 'Look at the service behind the address; if it is the migration, go the rehearsed way back.',
  limits: {},

  *ask({ urls }) {
    for (const url of urls) yield aboutUrl(url);
    if (urls.length === 0) yield skipped('The config names no addresses.');
  },
});

const alarmRaised = preflightCheckFor<VerifyFacts>()({
  id: 'verify-alarm-raised',
  title: 'A CloudWatch alarm is raised',
  group: 'monitoring',
  effect: 'What is watched got worse, perhaps with the migration.',
  remedy: 'Look at the alarm; if the migration is its cause, go the rehearsed way back.',
  limits: {},

  *ask({ alarms }) {
    if (!alarms) {
      yield skipped('The config names no prefix of alarms.');
      return;
    }
    const { prefix, found } = alarms;
    yield* whenKnown(found, function* (all) {
      for (const alarm of all) yield aboutAlarm(alarm);
      if (all.length === 0) {
        yield {
          answer: 'unknown',
          message: `No alarm has a name that begins with ${prefix}.`,
          remedy: 'Mend the prefix in the config, or take it out.',
        };
      }
    });
  },
});

const noticeNotSent = preflightCheckFor<VerifyFacts>()({
  id: 'verify-notice-not-sent',
  title: 'Nobody was told of the result',
  group: 'monitoring',
  effect: 'Those who wait for word do not hear how the migration ended.',
  remedy: 'Tell them by hand, and mend the address in the config.',
  limits: {},

  *ask({ notices = [] }) {
    for (const notice of notices) yield aboutNotice(notice);
    if (notices.length === 0) yield skipped('No notice was asked for.');
  },
});

const endpointCustom = preflightCheckFor<VerifyFacts>()({
  id: 'verify-aws-endpoint-custom',
  title: 'Somebody else answered for AWS',
  group: 'environment',
  effect: 'An emulator, or a setting left over from one, can say that no alarm is raised.',
  remedy: 'Unset `AWS_ENDPOINT_URL` and the like, or allow it with `--allow-custom-endpoint`.',
  limits: {},

  *ask({ awsEndpoint }) {
    if (!awsEndpoint) yield skipped('Nothing was asked of AWS.');
    else if (awsEndpoint.customHosts.length === 0) yield pass('Requests went to AWS.');
    else if (awsEndpoint.allowed)
      yield warn(`NOT AWS: requests went to ${awsEndpoint.customHosts.join(', ')}, as was allowed.`);
    else yield fail(`Requests went to ${awsEndpoint.customHosts.join(', ')}, which is not AWS.`);
  },
});

export const surroundingsChecks: readonly PreflightCheck<VerifyFacts>[] = [
  endpointCustom,
  urlUnhealthy,
  alarmRaised,
  noticeNotSent,
];

function aboutUrl({ url, status, expectedStatus, containsText, error, durationMs }: UrlFacts): Said {
  const evidence = { url, durationMs: Math.round(durationMs) };
  if (error !== undefined || status === undefined)
    return fail(`${url}: ${error ?? 'no answer'}, after ${duration(durationMs)}.`, evidence);
  const isExpected = expectedStatus === undefined ? status >= 200 && status < 300 : status === expectedStatus;
  if (!isExpected) {
    const wanted = expectedStatus === undefined ? '200 to 299' : String(expectedStatus);
    return fail(`${url} answers with status ${status} instead of ${wanted}.`, { ...evidence, status });
  }
  if (containsText === false)
    return fail(`${url} answers with status ${status}, but without the text that it should hold.`, {
      ...evidence,
      status,
    });
  return pass(`${url} answers with status ${status} in ${duration(durationMs)}.`, { ...evidence, status });
}

function aboutAlarm({ name, kind, state, since }: AlarmFacts): Said {
  const evidence = { alarm: name, kind, state };
  const told = since === undefined ? '' : ` since ${since}`;
  if (state === 'OK') return pass(`The ${kind} alarm ${name} is OK${told}.`, evidence);
  if (state === 'ALARM') return fail(`The ${kind} alarm ${name} is in ALARM${told}.`, evidence);
  if (state === 'INSUFFICIENT_DATA') return warn(`The ${kind} alarm ${name} has too little data${told}.`, evidence);
  return {
    answer: 'unknown',
    message: `The ${kind} alarm ${name} is in the state ${state}, which we do not know.`,
    evidence,
  };
}

function aboutNotice({ to, address, sent, attempts, error }: NoticeFacts): Said {
  const name = to === 'sns' ? `topic ${address}` : `webhook at ${address}`;
  if (sent) return pass(`The ${name} was told.`, { attempts });
  return warn(`The ${name} was not told: ${error?.replace(/\.+$/, '') ?? 'for no reason given'}.`, { attempts });
}
