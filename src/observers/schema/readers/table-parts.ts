import { anyRow, notInExtension, qualified, type Reader, userSchema } from '../reader.ts';

const FIRING = (state: string): string =>
  `case ${state} when 'O' then 'origin' when 'D' then 'disabled' when 'R' then 'replica' else 'always' end as enabled`;

/** `<relation>.<part>` as name and the relation as parent. */
const named = (part: string): string =>
  `${qualified('n', 'c.relname')} || '.' || pg_catalog.quote_ident(${part}) as name,
      ${qualified('n', 'c.relname')} as parent`;

const OF_RELATION = (oid: string): string => `
      join pg_catalog.pg_class c on c.oid = ${oid}
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace`;

export const triggers: Reader = {
  catalogue: 'pg_class',
  partCatalogue: 'pg_trigger',
  kind: 'trigger',
  present: `exists (select from pg_catalog.pg_trigger where not tgisinternal)`,
  sql: ({ only }) => `
    select t.oid, t.tgrelid as unit, ${named('t.tgname')},
      pg_catalog.pg_get_triggerdef(t.oid) as definition, ${FIRING('t.tgenabled')},
      case when t.tgparentid <> 0 then true end as inherited
    from pg_catalog.pg_trigger t ${OF_RELATION('t.tgrelid')}
    where not t.tgisinternal and ${userSchema('n')} and ${only('t.tgrelid')} and ${notInExtension('pg_class', 'c.oid')}`,
};

/** Rules of the user's; the one that makes a view is the view's definition. */
export const rules: Reader = {
  catalogue: 'pg_class',
  partCatalogue: 'pg_rewrite',
  kind: 'rule',
  present: `exists (select from pg_catalog.pg_rewrite where rulename <> '_RETURN' or ev_enabled <> 'O' or oid in
      (select d.objoid from pg_catalog.pg_description d where d.classoid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass))`,
  sql: ({ only }) => `
    select r.oid, r.ev_class as unit, ${named('r.rulename')},
      pg_catalog.pg_get_ruledef(r.oid) as definition, ${FIRING('r.ev_enabled')}
    from pg_catalog.pg_rewrite r ${OF_RELATION('r.ev_class')}
    where (r.rulename <> '_RETURN' or r.ev_enabled <> 'O' or exists (
        select from pg_catalog.pg_description d
        where d.objoid = r.oid and d.classoid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass))
      and ${userSchema('n')} and ${only('r.ev_class')} and ${notInExtension('pg_class', 'c.oid')}`,
};

/** Those on tables of an extension too: no extension brings policies for the user's roles. */
export const policies: Reader = {
  catalogue: 'pg_class',
  partCatalogue: 'pg_policy',
  kind: 'policy',
  present: anyRow('pg_policy'),
  sql: ({ only }) => `
    select p.oid, p.polrelid as unit, ${named('p.polname')},
      case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete'
        else 'all' end as command,
      p.polpermissive as permissive,
      array(select case r when 0 then 'public' else pg_catalog.pg_get_userbyid(r)::text end
        from pg_catalog.unnest(p.polroles) r order by 1) as roles,
      pg_catalog.pg_get_expr(p.polqual, p.polrelid) as using,
      pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) as "withCheck"
    from pg_catalog.pg_policy p ${OF_RELATION('p.polrelid')}
    where ${userSchema('n')} and ${only('p.polrelid')}`,
};
