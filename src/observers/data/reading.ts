import { quoteIdentifier } from '../../postgres/identifiers.ts';
import { BYTEA, columnHash, INTEGERS } from './column-hash.ts';

export interface ReadColumn {
  readonly name: string;
  /** The type below all domains. */
  readonly baseOid: number;
}

/** What is to be read of one stored relation: an ordinary table, one leaf of a partitioned one, a materialized view. */
export interface Reading {
  /** As it stands after `from`. */
  readonly source: string;
  readonly columns: readonly ReadColumn[];
  /** Columns whose values are the seed of the other columns' hashes. */
  readonly seed: readonly ReadColumn[];
  /** The seed differs in every row. Where it does not, a hash of whole rows is needed to see values swapped. */
  readonly seedUnique: boolean;
  /** Columns whose largest value is wanted. */
  readonly maxima: readonly string[];
}

/** Each column costs two aggregates, and the server allows 1,664 in one list. */
const COLUMNS_PER_QUERY = 500;

/**
 * Queries of one row each, of the same shape for every relation, so that many can be joined by `union all`.
 * Sums, not exclusive ors: equal terms must not cancel.
 */
export function readingQueries(reading: Reading): string[] {
  const { columns } = reading;
  const chunks = Math.max(1, Math.ceil(columns.length / COLUMNS_PER_QUERY));
  return Array.from({ length: chunks }, (_, chunk) =>
    readingQuery(reading, columns.slice(chunk * COLUMNS_PER_QUERY, (chunk + 1) * COLUMNS_PER_QUERY), chunk === 0),
  );
}

function readingQuery(reading: Reading, columns: readonly ReadColumn[], first: boolean): string {
  const sums = columns.map((column) => `pg_catalog.sum(${hashOf(column, SEED)})::text`);
  const filled = columns.map(({ name }) => `pg_catalog.count(${inRow(name)})::text`);
  const maxima = first ? reading.maxima.map((name) => `pg_catalog.max(${inRow(name)})::text`) : [];
  const wholeRows = first && !reading.seedUnique ? `pg_catalog.sum(${rowHash(reading.columns)})::text` : 'null::text';
  return (
    `select pg_catalog.count(*)::text as rows, ${textArray(sums)} as sums, ${textArray(filled)} as filled, ` +
    `${textArray(maxima)} as maxima, ${wholeRows} as whole_rows ` +
    `from (select r.*, ${seedExpression(reading)} as ${SEED_NAME} from ${reading.source} r) r`
  );
}

const SEED_NAME = '"pgrehearse seed"';
const SEED = `r.${SEED_NAME}`;

/** The rows with the hash of each column, for comparing them one by one. */
export const hashOf = ({ name, baseOid }: ReadColumn, seed: string): string => columnHash(inRow(name), baseOid, seed);

/** Parts of the key are chained: the hash of each is the seed of the next. An integer in front needs no hash of its own. */
export function seedExpression({ seed, seedUnique }: Pick<Reading, 'seed' | 'seedUnique'>): string {
  return seed.reduce((before, column, index) => {
    const bare = index === 0 && INTEGERS.has(column.baseOid);
    const hashed = bare ? `${inRow(column.name)}::pg_catalog.int8` : hashOf(column, before);
    return seedUnique ? hashed : `coalesce(${hashed}, 4711::pg_catalog.int8)`;
  }, '0::pg_catalog.int8');
}

/** In the order of names, since a column that was dropped and added again has another place. */
export function rowHash(columns: readonly ReadColumn[]): string {
  const parts = columns
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((column) => (column.baseOid === BYTEA ? hashOf(column, '0') : inRow(column.name)));
  return `pg_catalog.hashtextextended(pg_catalog.concat(row(${parts.join(', ')})) collate pg_catalog."C", 0)`;
}

const inRow = (name: string): string => `r.${quoteIdentifier(name)}`;

const textArray = (expressions: readonly string[]): string => `array[${expressions.join(', ')}]::text[]`;
