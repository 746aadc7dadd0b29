import type { RehearsalPredicate } from '../facts/certificate.ts';

/** https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md */
export interface Statement {
  readonly _type: typeof STATEMENT_TYPE;
  /** Source files of each migration that was rehearsed; those without a checksum cannot be named. */
  readonly subject: readonly Subject[];
  readonly predicateType: typeof PREDICATE_TYPE;
  readonly predicate: RehearsalPredicate;
}

export interface Subject {
  readonly name: string;
  readonly digest: { readonly sha256: string };
}

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PREDICATE_TYPE = 'urn:pgrehearse:rehearsal:v1';

export const statementOf = (predicate: RehearsalPredicate): Statement => ({
  _type: STATEMENT_TYPE,
  subject: subjectsOf(predicate),
  predicateType: PREDICATE_TYPE,
  predicate,
});

export const subjectsOf = ({ migrations }: RehearsalPredicate): Subject[] =>
  migrations.rehearsed.flatMap(({ id, checksum }) =>
    checksum === undefined ? [] : [{ name: id, digest: { sha256: checksum } }],
  );
