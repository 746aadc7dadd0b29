import type { KeyObject } from 'node:crypto';
import type { RehearsalPredicate } from '../facts/certificate.ts';
import { seal } from './envelope.ts';
import { statementOf } from './statement.ts';

/** The contents of `certificate.json`: a statement, or an envelope around it when there is a key to sign with. */
export function certificateText(predicate: RehearsalPredicate, signingKey?: KeyObject): string {
  const statement = `${JSON.stringify(statementOf(predicate), undefined, 2)}\n`;
  if (!signingKey) return statement;
  return `${JSON.stringify(seal(Buffer.from(statement), signingKey), undefined, 2)}\n`;
}
