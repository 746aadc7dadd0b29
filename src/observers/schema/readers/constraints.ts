import { notInExtension, outsideSystem, qualified, userSchema, type Reader } from '../reader.ts';

export const tableConstraints: Reader = {
  catalogue: 'pg_class',
  partCatalogue: 'pg_constraint',
  kind: 'constraint',
  effort: 30,
  sql: ({ major, only }) => `
    select con.oid, con.conrelid as unit,
      ${qualified('n', 'c.relname')} as parent, pg_catalog.quote_ident(con.conname) as part,
      ${TYPE} as type, ${DEFINITION} as definition, ${validated(major)},
      case when not con.conislocal or con.conparentid <> 0 then 'inherited'
        when con.coninhcount > 0 then 'local and inherited' end as inheritance,
      tg.states as "enforcingTriggers"
    from pg_catalog.pg_constraint con
      join pg_catalog.pg_class c on c.oid = con.conrelid
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      left join (${DISABLED_TRIGGERS}) tg on tg.tgconstraint = con.oid
    where con.contype <> 't' and c.relkind <> 'c' and ${userSchema('n')} and ${only('con.conrelid')}
      and ${notInExtension('pg_class', 'c.oid')}`,
};

export const domainConstraints: Reader = {
  catalogue: 'pg_type',
  partCatalogue: 'pg_constraint',
  kind: 'constraint',
  present: outsideSystem('pg_constraint', 'connamespace', 'contypid <> 0'),
  sql: ({ major, only }) => `
    select con.oid, con.contypid as unit,
      ${qualified('n', 't.typname')} as parent, pg_catalog.quote_ident(con.conname) as part,
      ${TYPE} as type, ${DEFINITION} as definition, ${validated(major)}
    from pg_catalog.pg_constraint con
      join pg_catalog.pg_type t on t.oid = con.contypid
      join pg_catalog.pg_namespace n on n.oid = t.typnamespace
    where ${userSchema('n')} and ${only('con.contypid')} and ${notInExtension('pg_type', 't.oid')}`,
};

const TYPE = `case con.contype when 'c' then 'check' when 'f' then 'foreign key' when 'p' then 'primary key'
        when 'u' then 'unique' when 'x' then 'exclude' when 'n' then 'not null' end`;

/** Whether it holds for the rows of before is a property of its own. */
const DEFINITION = `case when con.convalidated then pg_catalog.pg_get_constraintdef(con.oid)
        else pg_catalog.regexp_replace(pg_catalog.pg_get_constraintdef(con.oid), ' NOT VALID$', '') end`;

/** One that is not enforced cannot be validated, and is not waiting for it. */
const validated = (major: number): string =>
  major >= 18
    ? `case when con.conenforced then con.convalidated end as validated, nullif(con.conenforced, true) as enforced`
    : `con.convalidated as validated`;

/** `DISABLE TRIGGER ALL` switches foreign keys off without a trace in the constraint itself, on either of its tables. */
const DISABLED_TRIGGERS = `
      select g.tgconstraint, pg_catalog.array_agg(distinct
        case g.tgenabled when 'D' then 'disabled' when 'R' then 'replica' else 'always' end) as states
      from pg_catalog.pg_trigger g
      where g.tgisinternal and g.tgenabled <> 'O' and g.tgconstraint <> 0 group by g.tgconstraint`;
