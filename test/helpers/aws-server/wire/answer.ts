import { AwsError } from './aws-error.ts';
import type { Service } from './request.ts';
import { escapeXml, xmlChildren } from './xml.ts';

/** What goes back over HTTP. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function success(service: Service, action: string, output: object): Answer {
  if (isJson(service)) return jsonAnswer(service, 200, output);
  const id = '<ResponseMetadata><RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId></ResponseMetadata>';
  const result = `<${action}Result>${xmlChildren(output, `${action}Result`)}</${action}Result>`;
  // Actions without a result, as AddTagsToResource, have no result element.
  const content = Object.keys(output).length === 0 && NO_RESULT.has(action) ? id : `${result}${id}`;
  return xmlAnswer(200, `<${action}Response xmlns="${NAMESPACES[service]}">${content}</${action}Response>`);
}

export function failure(service: Service, error: AwsError): Answer {
  if (isJson(service)) return jsonFailure(service, error);
  const type = error.status < 500 ? 'Sender' : 'Receiver';
  const inner = `<Type>${type}</Type><Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message>`;
  const content = `<Error>${inner}</Error><RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>`;
  return xmlAnswer(error.status, `<ErrorResponse xmlns="${NAMESPACES[service]}">${content}</ErrorResponse>`);
}

const isJson = (service: Service): boolean => service === 'monitoring' || service === 'kms';

function jsonFailure(service: Service, { code, status, message }: AwsError): Answer {
  const type = code.endsWith('Exception') || service === 'monitoring' ? code : `${code}Exception`;
  const answer = jsonAnswer(service, status, { __type: type, message });
  // CloudWatch was a Query service; its answers carry the old code too.
  const compatible = service === 'monitoring' && { 'x-amzn-query-error': `${code};Sender` };
  return { ...answer, headers: { ...answer.headers, ...compatible } };
}

/** Times are seconds since 1970, with a fraction. */
function jsonAnswer(service: Service, status: number, output: object): Answer {
  const type = service === 'monitoring' ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1';
  return { status, headers: { 'content-type': type }, body: JSON.stringify(withSeconds(output)) };
}

function withSeconds(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(withSeconds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, withSeconds(child)]));
}

const xmlAnswer = (status: number, content: string): Answer => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${content}`,
});

const NO_RESULT: ReadonlySet<string> = new Set(['AddTagsToResource', 'RemoveTagsFromResource']);

const NAMESPACES: Readonly<Record<Service, string>> = {
  rds: 'http://rds.amazonaws.com/doc/2014-10-31/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  sns: 'http://sns.amazonaws.com/doc/2010-03-31/',
  monitoring: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
  kms: '',
};
