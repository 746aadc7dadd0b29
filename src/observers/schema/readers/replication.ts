import { anyRow, owner, qualified, type Reader, since } from '../reader.ts';

export const publications: Reader = {
  catalogue: 'pg_publication',
  kind: 'publication',
  present: anyRow('pg_publication'),
  sql: ({ major }) => `
    select p.oid, pg_catalog.quote_ident(p.pubname) as name,
      nullif(p.puballtables, false) as "allTables",
      array_remove(array[case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
        case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end], null) as operations,
      nullif(p.pubviaroot, false) as "viaPartitionRoot",
      ${since(major, 18, `p.pubgencols::text as "generatedColumns",`)}
      ${since(major, 15, SCHEMAS)}
      array(select ${qualified('n', 'c.relname')} ${since(major, 15, COLUMNS_AND_FILTER)}
        from pg_catalog.pg_publication_rel r
          join pg_catalog.pg_class c on c.oid = r.prrelid
          join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where r.prpubid = p.oid order by 1) as tables,
      ${owner('p.pubowner')}
    from pg_catalog.pg_publication p`,
};

const SCHEMAS = `array(select pg_catalog.quote_ident(n.nspname) from pg_catalog.pg_publication_namespace r
        join pg_catalog.pg_namespace n on n.oid = r.pnnspid where r.pnpubid = p.oid order by 1) as schemas,`;

const COLUMNS_AND_FILTER = `
          || coalesce(' (' || (select pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' order by a.attnum)
            from pg_catalog.pg_attribute a where a.attrelid = r.prrelid and a.attnum = any(r.prattrs)) || ')', '')
          || coalesce(' where ' || pg_catalog.pg_get_expr(r.prqual, r.prrelid), '')`;

/** The connection string may hold a password and is recorded as a hash. */
export const subscriptions: Reader = {
  catalogue: 'pg_subscription',
  kind: 'subscription',
  present: `exists (select s.oid from pg_catalog.pg_subscription s)`,
  sql: ({ major, superuser }) => `
    select s.oid, pg_catalog.quote_ident(s.subname) as name,
      s.subenabled as enabled, s.subpublications as publications, s.subslotname::text as slot,
      s.subsynccommit as "synchronousCommit", s.subbinary as binary, s.substream::text as streaming,
      ${since(major, 15, `s.subtwophasestate <> 'd' as "twoPhase", s.subdisableonerr as "disableOnError",`)}
      ${since(
        major,
        16,
        `s.subpasswordrequired as "passwordRequired", s.subrunasowner as "runAsOwner",
      s.suborigin as origin,`,
      )}
      ${since(major, 17, 's.subfailover as failover,')}
      ${superuser ? 's.subconninfo as "secret:connection",' : ''}
      ${owner('s.subowner')}
    from pg_catalog.pg_subscription s
    where s.subdbid = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())`,
};

export const statisticsObjects: Reader = {
  catalogue: 'pg_statistic_ext',
  kind: 'statistics',
  present: anyRow('pg_statistic_ext'),
  sql: () => `
    select s.oid, ${qualified('n', 's.stxname')} as name,
      ${qualified('cn', 'c.relname')} as parent,
      pg_catalog.pg_get_statisticsobjdef(s.oid) as definition,
      nullif(s.stxstattarget, -1) as "statisticsTarget",
      ${owner('s.stxowner')}
    from pg_catalog.pg_statistic_ext s
      join pg_catalog.pg_namespace n on n.oid = s.stxnamespace
      join pg_catalog.pg_class c on c.oid = s.stxrelid
      join pg_catalog.pg_namespace cn on cn.oid = c.relnamespace
    where not exists (select from pg_catalog.pg_depend e where e.classid = 'pg_catalog.pg_statistic_ext'::regclass
      and e.objid = s.oid and e.deptype = 'e')`,
};
