import type { Database } from '../../../postgres/connect.ts';
import type { InvalidIndex, UnvalidatedConstraint } from '../facts.ts';

// Names are put together from the catalogue: `pg_get_indexdef` and `pg_get_constraintdef` would wait behind an ALTER TABLE.

export async function readInvalidIndexes(database: Database): Promise<readonly InvalidIndex[]> {
  return await database.query<InvalidIndex>(INVALID_INDEXES);
}

export async function readUnvalidatedConstraints(database: Database): Promise<readonly UnvalidatedConstraint[]> {
  return await database.query<UnvalidatedConstraint>(UNVALIDATED_CONSTRAINTS);
}

/** Another session's temporary tables are nobody's business; an index of TOAST is invalid while a REINDEX runs only. */
const INVALID_INDEXES = `
select pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) as index,
       pg_catalog.quote_ident(tn.nspname) || '.' || pg_catalog.quote_ident(t.relname) as relation,
       c.relkind = 'I' as partitioned,
       exists (select from pg_catalog.pg_stat_progress_create_index p where p.index_relid = i.indexrelid) as building
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indexrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_class t on t.oid = i.indrelid
  join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
 where not (i.indisvalid and i.indisready and i.indislive) and c.relpersistence <> 't'
 order by 1`;

/**
 * NOT ENFORCED (18) is not validated either, and never will be. A partition's copy of a foreign key is counted with its
 * parent's.
 */
const UNVALIDATED_CONSTRAINTS = `
select pg_catalog.quote_ident(k.conname) as constraint,
       pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(coalesce(r.relname, y.typname)) as relation,
       case k.contype when 'c' then 'check' when 'f' then 'foreign key' when 'n' then 'not null' else 'other' end as kind
  from pg_catalog.pg_constraint k
  left join pg_catalog.pg_class r on r.oid = k.conrelid and k.conrelid <> 0
  left join pg_catalog.pg_type y on y.oid = k.contypid and k.conrelid = 0
  join pg_catalog.pg_namespace n on n.oid = coalesce(r.relnamespace, y.typnamespace)
 where not k.convalidated and k.conparentid = 0 and coalesce(r.relpersistence, 'p') <> 't'
   and coalesce(pg_catalog.to_jsonb(k) ->> 'conenforced', 'true') = 'true'
 order by 2, 1`;
