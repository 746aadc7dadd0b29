import { PgrehearseError } from '../../support/errors.ts';
import type { Shape } from '../../recording/shape.ts';
import { digestOfObjects } from './schema-digest.ts';
import type { Envelope } from './envelope.ts';
import { envelopeShape, statementShape } from './predicate-shape.ts';
import { type Statement, subjectsOf } from './statement.ts';

export interface ParsedCertificate {
  readonly statement: Statement;
  /** Absent: it is not signed. */
  readonly envelope?: Envelope;
}

/**
 * A plain statement or an envelope around one. What it returns has the shape of the types and agrees with itself;
 * whether it is true its signature says.
 *
 * @throws {PgrehearseError} `CERTIFICATE_UNREADABLE`
 */
export function parseCertificate(text: string, origin: string): ParsedCertificate {
  const document = parseJson(text, origin);
  if (typeof document !== 'object' || document === null || !('payload' in document)) {
    return { statement: statementFrom(document, origin) };
  }
  const envelope = shaped(document, envelopeShape, origin, '');
  const payload = Buffer.from(envelope.payload, 'base64').toString('utf8');
  return { statement: statementFrom(parseJson(payload, `the payload of ${origin}`), origin, 'payload'), envelope };
}

function statementFrom(value: unknown, origin: string, path = ''): Statement {
  const statement = shaped(value, statementShape, origin, path);
  const { predicate, subject } = statement;
  const { schema } = predicate;
  for (const state of ['before', 'after'] as const) {
    if (schema && digestOfObjects(schema[state].objects) !== schema[state].sha256) {
      throw unreadable(origin, [`predicate.schema.${state}.sha256 is not that of its objects`]);
    }
  }
  if (JSON.stringify(subject) !== JSON.stringify(subjectsOf(predicate))) {
    throw unreadable(origin, ['subject does not list the checksums of predicate.migrations.rehearsed']);
  }
  return statement;
}

function shaped<Value>(value: unknown, shape: Shape<Value>, origin: string, path: string): Value {
  const problems: string[] = [];
  const complaints = {
    add: (at: string, expected: string, found: unknown): void => {
      problems.push(`${at || 'the document'}: expected ${expected}, found ${describe(found)}`);
    },
  };
  if (shape(value, path, complaints)) return value;
  throw unreadable(origin, problems);
}

function unreadable(origin: string, problems: readonly string[]): PgrehearseError {
  const more = problems.length - MOST_PROBLEMS;
  const lines = problems.slice(0, MOST_PROBLEMS).map((problem) => `\n  ${problem}`);
  return new PgrehearseError(
    'CERTIFICATE_UNREADABLE',
    `${origin} is not a certificate of pgrehearse.${lines.join('')}${more > 0 ? `\n  and ${more} more` : ''}`,
  );
}

const MOST_PROBLEMS = 10;

function parseJson(text: string, origin: string): unknown {
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch (cause) {
    const what = text.trim() === '' ? 'is empty' : 'is not JSON, or was cut off';
    throw new PgrehearseError('CERTIFICATE_UNREADABLE', `${origin} ${what}.`, { cause });
  }
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 50 ? `${text.slice(0, 50)}…` : text;
}
