import {
  FIRST_USER_OID,
  notInExtension,
  outsideSystem,
  owner,
  privileges,
  qualified,
  regclass,
  userSchema,
  type Reader,
} from '../reader.ts';

export const domains: Reader = {
  catalogue: 'pg_type',
  kind: 'domain',
  present: outsideSystem('pg_type', 'typnamespace', `typtype = 'd'`),
  sql: ({ only }) => `
    select t.oid, ${qualified('n', 't.typname')} as name,
      pg_catalog.format_type(t.typbasetype, t.typtypmod) as type,
      nullif(t.typnotnull, false) as "notNull",
      coalesce(pg_catalog.pg_get_expr(t.typdefaultbin, 'pg_catalog.pg_type'::pg_catalog.regclass), t.typdefault)
        as default,
      case when t.typcollation <> 0 and t.typcollation <> b.typcollation
        then t.typcollation::pg_catalog.regcollation::text end as collation,
      ${COMMON}
    from pg_catalog.pg_type t
      join pg_catalog.pg_namespace n on n.oid = t.typnamespace
      join pg_catalog.pg_type b on b.oid = t.typbasetype
    where t.typtype = 'd' and ${USERS(only('t.oid'))}`,
};

/** Enums, composite types (their attributes are columns), and shell types. */
export const plainTypes: Reader = {
  catalogue: 'pg_type',
  kind: 'type',
  present: outsideSystem('pg_type', 'typnamespace', `(typtype in ('e', 'p') or typrelid <> 0)`),
  sql: ({ only }) => `
    select t.oid, ${qualified('n', 't.typname')} as name,
      case t.typtype when 'e' then 'enum' when 'c' then 'composite' else 'shell' end as variety,
      case when t.typtype = 'e' then array(select e.enumlabel::text from pg_catalog.pg_enum e
        where e.enumtypid = t.oid order by e.enumsortorder) end as labels,
      ${COMMON}
    from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
    where (t.typtype = 'e' or (t.typtype = 'p' and not t.typisdefined) or (t.typtype = 'c'
        and exists (select from pg_catalog.pg_class c where c.oid = t.typrelid and c.relkind = 'c')))
      and ${USERS(only('t.oid'))}`,
};

export const rangeTypes: Reader = {
  catalogue: 'pg_type',
  kind: 'type',
  present: outsideSystem('pg_type', 'typnamespace', `typtype = 'r'`),
  sql: ({ only }) => `
    select t.oid, ${qualified('n', 't.typname')} as name, 'range' as variety,
      pg_catalog.format_type(r.rngsubtype, null) as subtype,
      (select ${qualified('cn', 'c.opcname')}
        from pg_catalog.pg_opclass c join pg_catalog.pg_namespace cn on cn.oid = c.opcnamespace
        where c.oid = r.rngsubopc) as "operatorClass",
      case when r.rngcollation <> 0 then r.rngcollation::pg_catalog.regcollation::text end as collation,
      nullif(r.rngcanonical::text, '-') as canonical, nullif(r.rngsubdiff::text, '-') as "subtypeDifference",
      r.rngmultitypid::pg_catalog.regtype::text as "multirangeType",
      ${COMMON}
    from pg_catalog.pg_type t
      join pg_catalog.pg_range r on r.rngtypid = t.oid
      join pg_catalog.pg_namespace n on n.oid = t.typnamespace
    where ${USERS(only('t.oid'))}`,
};

export const baseTypes: Reader = {
  catalogue: 'pg_type',
  kind: 'type',
  present: outsideSystem('pg_type', 'typnamespace', `typtype = 'b' and typarray <> 0`),
  sql: ({ only }) => `
    select t.oid, ${qualified('n', 't.typname')} as name, 'base' as variety,
      ${FUNCTIONS.map(([column, property]) => `nullif(t.${column}::text, '-') as "${property}"`).join(', ')},
      t.typlen as "lengthBytes", t.typbyval as "passedByValue", t.typalign::text as alignment,
      t.typstorage::text as storage, t.typcategory::text as category, nullif(t.typispreferred, false) as preferred,
      t.typdelim::text as delimiter, t.typdefault as default, nullif(t.typcollation <> 0, false) as collatable,
      case when t.typelem <> 0 then pg_catalog.format_type(t.typelem, null) end as element,
      ${COMMON}
    from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
    where t.typtype = 'b' and t.typisdefined and ${NOT_ARRAY} and ${USERS(only('t.oid'))}`,
};

/** Types that come with a table or another type are named only where something was put on them by hand. */
export const impliedTypes: Reader = {
  catalogue: 'pg_type',
  kind: 'type',
  present: `exists (select from pg_catalog.pg_type where typacl is not null) or ${saidOfTypes('pg_description')}
    or ${saidOfTypes('pg_seclabel')}`,
  sql: ({ only }) => `
    select t.oid, ${qualified('n', 't.typname')} as name,
      case when t.typtype = 'c' then t.typrelid::pg_catalog.regclass::text end as parent, 'implied' as variety,
      ${COMMON}
    from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
    where (t.typtype = 'm' or not (${NOT_ARRAY}) or (t.typtype = 'c'
        and exists (select from pg_catalog.pg_class c where c.oid = t.typrelid and c.relkind <> 'c')))
      and (t.typacl is not null or ${saidOfTypes('pg_description', 'objoid = t.oid')}
        or ${saidOfTypes('pg_seclabel', 'objoid = t.oid')})
      and ${USERS(only('t.oid'))}`,
};

function saidOfTypes(catalogue: string, which = `objoid >= ${FIRST_USER_OID}`): string {
  return `exists (select from pg_catalog.${catalogue} where classoid = ${regclass('pg_type')} and ${which})`;
}

const NOT_ARRAY = `not exists (select from pg_catalog.pg_type e where e.oid = t.typelem and e.typarray = t.oid)`;

const USERS = (only: string): string =>
  `${userSchema('n')} and ${only} and ${notInExtension('pg_type', 't.oid')}
      and not exists (select from pg_catalog.pg_depend e where e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
        and e.objid = t.typrelid and t.typrelid <> 0 and e.deptype = 'e')`;

const FUNCTIONS = [
  ['typinput', 'input'],
  ['typoutput', 'output'],
  ['typreceive', 'receive'],
  ['typsend', 'send'],
  ['typmodin', 'modifierInput'],
  ['typmodout', 'modifierOutput'],
  ['typanalyze', 'analyze'],
  ['typsubscript', 'subscript'],
] as const;

const COMMON = `
      ${owner('t.typowner')},
      ${privileges('t.typacl', "'T'", 't.typowner')}`;
