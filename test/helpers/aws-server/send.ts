import type { ServerResponse } from 'node:http';

import type { FaultKind } from './faults.ts';
import type { Answer } from './wire/answer.ts';

/** Sends the answer, or spoils it as the fault says. The clock of "AWS" is in the `Date` header. */
export function send(response: ServerResponse, answer: Answer, fault: FaultKind | undefined, now: Date): void {
  const { status, headers, body } = answer;
  if (fault === 'hang') return;
  if (fault === 'cut' || fault === 'lostResponse') {
    response.destroy();
    return;
  }
  response.sendDate = false;
  const all = { ...headers, date: now.toUTCString(), 'x-amzn-requestid': 'c6104cbe-af31-11e0-8154-cbc7ccf896c7' };
  if (fault === 'html503') {
    response.writeHead(503, { ...all, 'content-type': 'text/html' });
    response.end('<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>');
    return;
  }
  response.writeHead(status, all);
  if (fault === 'neverEnds') {
    response.write(body.slice(0, Math.floor(body.length / 2)));
    return;
  }
  response.end(spoilt(body, fault));
}

function spoilt(body: string, fault: FaultKind | undefined): string {
  if (fault === 'malformed') return body.slice(0, Math.floor(body.length / 2));
  return fault === 'constantMarker' ? withMarker(body) : body;
}

/** The same marker in every page, as if there were always more. */
const withMarker = (body: string): string =>
  body.replaceAll(/<Marker>[^<]*<\/Marker>/g, '').replace(/(<\w+Result>)/, '$1<Marker>bm8tZW5k</Marker>');
