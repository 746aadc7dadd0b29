/**
 * A 64-bit hash of one value as SQL, seeded with `seed`; null for null.
 *
 * A hash of the server's own is used only where values that it cannot tell apart are the same value. That leaves out
 * more than equality does: `hash_numeric` ignores the sign, and `hashint8` folds 64 bits into 32, which the timestamp
 * hashes inherit. Everything else is hashed as the text that the type's output function gives; a cast to text may be
 * user-defined or lossy (`char(n)` loses its padding), `concat` calls the output function.
 */
export function columnHash(column: string, baseOid: number, seed: string): string {
  return (TYPED[baseOid] ?? textHash)(column, seed);
}

type HashExpression = (column: string, seed: string) => string;

const hash = (name: string, value: string, seed: string): string => `pg_catalog.${name}(${value}, ${seed})`;

const plain =
  (name: string): HashExpression =>
  (column, seed) =>
    hash(name, column, seed);

/** `is distinct from null`, because `is null` looks into composites. */
const textHash: HashExpression = (column, seed) =>
  hash(
    'hashtextextended',
    `case when ${column} is distinct from null then pg_catalog.concat(${column}) end collate pg_catalog."C"`,
    seed,
  );

/** Whatever the column's collation calls equal, bytes are compared. */
const bytesOfText: HashExpression = (column, seed) =>
  hash('hashtextextended', `${column} collate pg_catalog."C"`, seed);

/** Equal to the hash of the same value as `int4`, so that widening a column is no change. Names the seed only once. */
const int8Hash: HashExpression = (column, seed) =>
  hash(
    'hashint8extended',
    column,
    `${seed} # case when ${column} between -2147483648 and 2147483647 then 0 else ${hash('hashint8extended', `${column} >> 32`, '1')} end`,
  );

/** Zero and minus zero are equal but not the same, and the server's hash of either is the bare seed. */
const float8Hash: HashExpression = (column, seed) =>
  `case when ${column} = 0 then ${textHash(column, seed)} else ${hash('hashfloat8extended', column, seed)} end`;

/**
 * The server folds the 64 bits of a timestamp into 32. Two that fold alike within one bin of 3,000 seconds are the same,
 * since folding mixes up only values more than 4,294 seconds apart; so the bin goes into the seed. Far cheaper than text.
 */
const timestampHash: HashExpression = (column, seed) =>
  hash(
    'timestamp_hash_extended',
    column,
    `${seed} # ${hash('timestamp_hash_extended', `pg_catalog.date_bin('3000 s', ${column}, '2000-01-01')`, '1')}`,
  );

/** There is no hash of `timestamptz` before 18; that of an interval is the same, but an infinite one has none. */
const timestamptzHash: HashExpression = (column, seed) => {
  const epoch = "timestamptz '2000-01-01 00:00:00+00'";
  const bin = hash('interval_hash_extended', `pg_catalog.date_bin('3000 s', ${column}, ${epoch}) - ${epoch}`, '1');
  return hash(
    'interval_hash_extended',
    `case when pg_catalog.isfinite(${column}) then ${column} - ${epoch} ` +
      `when ${column} = 'infinity' then interval '1 day' when ${column} = '-infinity' then interval '-1 day' end`,
    `${seed} # case when pg_catalog.isfinite(${column}) then ${bin} else 0 end`,
  );
};

/** Days since 2000 as the server stores them; the two infinities have numbers that no date has. */
const dateHash: HashExpression = (column, seed) =>
  hash(
    'hashint4extended',
    `case when pg_catalog.isfinite(${column}) then ${column} - date '2000-01-01' ` +
      `when ${column} = 'infinity' then 2147483647 when ${column} = '-infinity' then -2147483648 end`,
    seed,
  );

/** The text form of a value beyond half the limit of a text would not fit one. */
const byteaHash: HashExpression = (column, seed) =>
  hash(
    'hashtextextended',
    `case when pg_catalog.octet_length(${column}) > 268435456 then pg_catalog.encode(pg_catalog.sha256(${column}), 'hex') ` +
      `when ${column} is not null then pg_catalog.concat(${column}) end collate pg_catalog."C"`,
    seed,
  );

export const BYTEA = 17;

/** Types that become a seed by a cast. */
export const INTEGERS: ReadonlySet<number> = new Set([20, 21, 23]);

/** By the oid that `pg_type.dat` fixes. */
const TYPED: Readonly<Record<number, HashExpression>> = {
  16: (column, seed) => hash('hashint4extended', `${column}::pg_catalog.int4`, seed),
  [BYTEA]: byteaHash,
  18: plain('hashcharextended'),
  19: plain('hashnameextended'),
  20: int8Hash,
  21: plain('hashint2extended'),
  23: plain('hashint4extended'),
  25: bytesOfText,
  26: plain('hashoidextended'),
  701: float8Hash,
  1043: bytesOfText,
  1082: dateHash,
  1114: timestampHash,
  1184: timestamptzHash,
  2950: plain('uuid_hash_extended'),
};
