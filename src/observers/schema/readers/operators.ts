import {
  anyOfUsers,
  notInExtension,
  outsideSystem,
  owner,
  qualified,
  type Reader,
  regclass,
  userSchema,
} from '../reader.ts';

export const operators: Reader = {
  catalogue: 'pg_operator',
  kind: 'operator',
  present: outsideSystem('pg_operator', 'oprnamespace'),
  sql: () => `
    select o.oid, o.oid::pg_catalog.regoperator::text as name,
      nullif(o.oprcode, 0)::pg_catalog.regprocedure::text as function,
      nullif(o.oprcom, 0)::pg_catalog.regoperator::text as commutator,
      nullif(o.oprnegate, 0)::pg_catalog.regoperator::text as negator,
      nullif(o.oprrest, 0)::pg_catalog.regprocedure::text as restrict,
      nullif(o.oprjoin, 0)::pg_catalog.regprocedure::text as join,
      nullif(o.oprcanhash, false) as hashes, nullif(o.oprcanmerge, false) as merges,
      ${owner('o.oprowner')}
    from pg_catalog.pg_operator o join pg_catalog.pg_namespace n on n.oid = o.oprnamespace
    where o.oprcode <> 0 and ${userSchema('n')} and ${notInExtension('pg_operator', 'o.oid')}`,
};

export const operatorClasses: Reader = {
  catalogue: 'pg_opclass',
  kind: 'operator class',
  present: outsideSystem('pg_opclass', 'opcnamespace'),
  sql: () => `
    select c.oid, ${qualified('n', 'c.opcname')} || ' using ' || pg_catalog.quote_ident(m.amname) as name,
      pg_catalog.format_type(c.opcintype, null) as type,
      case when c.opckeytype <> 0 then pg_catalog.format_type(c.opckeytype, null) end as "keyType",
      nullif(c.opcdefault, false) as default,
      (select ${qualified('fn', 'f.opfname')} from pg_catalog.pg_opfamily f
        join pg_catalog.pg_namespace fn on fn.oid = f.opfnamespace where f.oid = c.opcfamily) as family,
      array(${OPERATORS} join pg_catalog.pg_depend d on d.objid = o.oid
        where d.classid = ${regclass('pg_amop')} and d.refclassid = ${regclass('pg_opclass')} and d.refobjid = c.oid
        order by 1) as operators,
      array(${FUNCTIONS} join pg_catalog.pg_depend d on d.objid = f.oid
        where d.classid = ${regclass('pg_amproc')} and d.refclassid = ${regclass('pg_opclass')} and d.refobjid = c.oid
        order by 1) as functions,
      ${owner('c.opcowner')}
    from pg_catalog.pg_opclass c
      join pg_catalog.pg_namespace n on n.oid = c.opcnamespace
      join pg_catalog.pg_am m on m.oid = c.opcmethod
    where ${userSchema('n')} and ${notInExtension('pg_opclass', 'c.oid')}`,
};

export const operatorFamilies: Reader = {
  catalogue: 'pg_opfamily',
  kind: 'operator family',
  present: outsideSystem('pg_opfamily', 'opfnamespace'),
  sql: () => `
    select y.oid, ${qualified('n', 'y.opfname')} || ' using ' || pg_catalog.quote_ident(m.amname) as name,
      array(${OPERATORS} where o.amopfamily = y.oid order by 1) as operators,
      array(${FUNCTIONS} where f.amprocfamily = y.oid order by 1) as functions,
      ${owner('y.opfowner')}
    from pg_catalog.pg_opfamily y
      join pg_catalog.pg_namespace n on n.oid = y.opfnamespace
      join pg_catalog.pg_am m on m.oid = y.opfmethod
    where ${userSchema('n')} and ${notInExtension('pg_opfamily', 'y.oid')}`,
};

export const accessMethods: Reader = {
  catalogue: 'pg_am',
  kind: 'access method',
  present: anyOfUsers('pg_am'),
  sql: () => `
    select m.oid, pg_catalog.quote_ident(m.amname) as name,
      case m.amtype when 't' then 'table' else 'index' end as type, m.amhandler::text as handler
    from pg_catalog.pg_am m where m.oid >= 16384 and ${notInExtension('pg_am', 'm.oid')}`,
};

const OPERATORS = `select o.amopstrategy || ' ' || o.amopopr::pg_catalog.regoperator::text
        || case when o.amopsortfamily <> 0 then ' for order by ' || (select ${qualified('sn', 's.opfname')}
          from pg_catalog.pg_opfamily s join pg_catalog.pg_namespace sn on sn.oid = s.opfnamespace
          where s.oid = o.amopsortfamily) else '' end
        from pg_catalog.pg_amop o`;

const FUNCTIONS = `select f.amprocnum || ' (' || pg_catalog.format_type(f.amproclefttype, null) || ', '
        || pg_catalog.format_type(f.amprocrighttype, null) || ') ' || f.amproc::pg_catalog.regprocedure::text
        from pg_catalog.pg_amproc f`;
