import type { IncomingMessage } from 'node:http';

import { AwsError } from './aws-error.ts';
import { parseQueryForm } from './query-form.ts';

/** One request, whatever its protocol. */
export interface AwsRequest {
  readonly service: Service;
  readonly action: string;
  readonly input: Record<string, unknown>;
  readonly region: string;
  readonly accessKeyId: string;
  /** When the client says it signed. */
  readonly signedAt: Date;
}

export type Service = 'rds' | 'sts' | 'sns' | 'monitoring' | 'kms';

export function readRequest(headers: IncomingMessage['headers'], body: string): AwsRequest {
  const scope = readScope(headers);
  const target = headers['x-amz-target'];
  if (typeof target === 'string')
    return { ...scope, action: jsonAction(scope.service, target), input: parseJson(body) };
  const form = new URLSearchParams(body);
  checkVersion(scope.service, form.get('Version'));
  return { ...scope, action: form.get('Action') ?? '', input: parseQueryForm(form) };
}

/** Region and service are those that the client signed for. */
function readScope(
  headers: IncomingMessage['headers'],
): Pick<AwsRequest, 'service' | 'region' | 'accessKeyId' | 'signedAt'> {
  const match = CREDENTIAL.exec(headers.authorization ?? '');
  const [, accessKeyId = '', region = '', service = ''] = match ?? [];
  if (match === null || !isService(service)) {
    throw new AwsError('MissingAuthenticationToken', 403, 'Request is missing Authentication Token');
  }
  return { service, region, accessKeyId, signedAt: basicIsoDate(String(headers['x-amz-date'])) };
}

const CREDENTIAL = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/;

/** `20261125T120000Z`. */
const basicIsoDate = (text: string): Date =>
  new Date(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

const isService = (name: string): name is Service => Object.hasOwn(VERSIONS, name);

function jsonAction(service: Service, target: string): string {
  const [prefix, action = ''] = target.split('.');
  if (prefix !== TARGETS[service]) throw new AwsError('UnknownOperationException', 404, `Unknown target ${target}.`);
  return action;
}

function checkVersion(service: Service, version: string | null): void {
  if (version !== VERSIONS[service]) throw new AwsError('InvalidAction', 400, `No version ${version} of ${service}.`);
}

const parseJson = (body: string): Record<string, unknown> => JSON.parse(body || '{}') as Record<string, unknown>;

const VERSIONS: Readonly<Record<Service, string>> = {
  rds: '2014-10-31',
  sts: '2011-06-15',
  sns: '2010-03-31',
  monitoring: '2010-08-01',
  kms: '2014-11-01',
};

const TARGETS: Readonly<Partial<Record<Service, string>>> = {
  monitoring: 'GraniteServiceVersion20100801',
  kms: 'TrentService',
};
