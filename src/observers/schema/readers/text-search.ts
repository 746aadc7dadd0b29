import { notInExtension, outsideSystem, owner, qualified, type Reader, userSchema } from '../reader.ts';

export const textSearchParsers: Reader = {
  catalogue: 'pg_ts_parser',
  kind: 'text search parser',
  present: outsideSystem('pg_ts_parser', 'prsnamespace'),
  sql: () => `
    select p.oid, ${qualified('n', 'p.prsname')} as name,
      p.prsstart::text as start, p.prstoken::text as token, p.prsend::text as end,
      nullif(p.prsheadline::text, '-') as headline, p.prslextype::text as "lexemeTypes"
    from pg_catalog.pg_ts_parser p join pg_catalog.pg_namespace n on n.oid = p.prsnamespace
    where ${userSchema('n')} and ${notInExtension('pg_ts_parser', 'p.oid')}`,
};

export const textSearchTemplates: Reader = {
  catalogue: 'pg_ts_template',
  kind: 'text search template',
  present: outsideSystem('pg_ts_template', 'tmplnamespace'),
  sql: () => `
    select t.oid, ${qualified('n', 't.tmplname')} as name,
      nullif(t.tmplinit::text, '-') as init, t.tmpllexize::text as lexize
    from pg_catalog.pg_ts_template t join pg_catalog.pg_namespace n on n.oid = t.tmplnamespace
    where ${userSchema('n')} and ${notInExtension('pg_ts_template', 't.oid')}`,
};

export const textSearchDictionaries: Reader = {
  catalogue: 'pg_ts_dict',
  kind: 'text search dictionary',
  present: outsideSystem('pg_ts_dict', 'dictnamespace'),
  sql: () => `
    select d.oid, ${qualified('n', 'd.dictname')} as name,
      ${qualified('tn', 't.tmplname')} as template, d.dictinitoption as options,
      ${owner('d.dictowner')}
    from pg_catalog.pg_ts_dict d
      join pg_catalog.pg_namespace n on n.oid = d.dictnamespace
      join pg_catalog.pg_ts_template t on t.oid = d.dicttemplate
      join pg_catalog.pg_namespace tn on tn.oid = t.tmplnamespace
    where ${userSchema('n')} and ${notInExtension('pg_ts_dict', 'd.oid')}`,
};

export const textSearchConfigurations: Reader = {
  catalogue: 'pg_ts_config',
  kind: 'text search configuration',
  present: outsideSystem('pg_ts_config', 'cfgnamespace'),
  sql: () => `
    select c.oid, ${qualified('n', 'c.cfgname')} as name,
      ${qualified('pn', 'p.prsname')} as parser,
      array(select (select k.alias from pg_catalog.ts_token_type(c.cfgparser) k where k.tokid = m.maptokentype) || ': '
          || pg_catalog.string_agg(m.mapdict::pg_catalog.regdictionary::text, ', ' order by m.mapseqno)
        from pg_catalog.pg_ts_config_map m where m.mapcfg = c.oid group by m.maptokentype order by m.maptokentype)
        as mappings,
      ${owner('c.cfgowner')}
    from pg_catalog.pg_ts_config c
      join pg_catalog.pg_namespace n on n.oid = c.cfgnamespace
      join pg_catalog.pg_ts_parser p on p.oid = c.cfgparser
      join pg_catalog.pg_namespace pn on pn.oid = p.prsnamespace
    where ${userSchema('n')} and ${notInExtension('pg_ts_config', 'c.oid')}`,
};
