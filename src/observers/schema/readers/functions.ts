import { notInExtension, outsideSystem, owner, privileges, userSchema, type Reader } from '../reader.ts';

export const functions: Reader = {
  catalogue: 'pg_proc',
  present: outsideSystem('pg_proc', 'pronamespace', `prokind <> 'a'`),
  effort: 10,
  sql: ({ only }) => `
    select p.oid, case p.prokind when 'p' then 'procedure' else 'function' end as kind,
      p.oid::pg_catalog.regprocedure::text as name,
      pg_catalog.pg_get_functiondef(p.oid) as definition, ${COMMON}
    from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where p.prokind <> 'a' and ${userSchema('n')} and ${only('p.oid')} and ${notInExtension('pg_proc', 'p.oid')}`,
};

/** The server has no function that prints an aggregate, so its parts are listed. */
export const aggregates: Reader = {
  catalogue: 'pg_proc',
  kind: 'aggregate',
  present: outsideSystem('pg_proc', 'pronamespace', `prokind = 'a'`),
  sql: ({ only }) => `
    select p.oid, p.oid::pg_catalog.regprocedure::text as name,
      pg_catalog.pg_get_function_arguments(p.oid) as arguments,
      pg_catalog.pg_get_function_result(p.oid) as result,
      case a.aggkind when 'o' then 'ordered set' when 'h' then 'hypothetical set' end as variety,
      ${FUNCTIONS.map(([column, property]) => `nullif(a.${column}::text, '-') as "${property}"`).join(', ')},
      pg_catalog.format_type(a.aggtranstype, null) as "stateType",
      case when a.aggmtranstype <> 0 then pg_catalog.format_type(a.aggmtranstype, null) end as "movingStateType",
      nullif(a.aggtransspace, 0) as "stateBytes", nullif(a.aggmtransspace, 0) as "movingStateBytes",
      nullif(a.aggfinalextra, false) as "finalExtra", nullif(a.aggmfinalextra, false) as "movingFinalExtra",
      a.aggfinalmodify::text as "finalModify", a.aggmfinalmodify::text as "movingFinalModify",
      a.agginitval as "initialState", a.aggminitval as "movingInitialState",
      case when a.aggsortop <> 0 then a.aggsortop::pg_catalog.regoperator::text end as "sortOperator",
      p.proparallel::text as parallel, ${COMMON}
    from pg_catalog.pg_proc p
      join pg_catalog.pg_aggregate a on a.aggfnoid = p.oid
      join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where ${userSchema('n')} and ${only('p.oid')} and ${notInExtension('pg_proc', 'p.oid')}`,
};

const FUNCTIONS = [
  ['aggtransfn', 'stateFunction'],
  ['aggfinalfn', 'finalFunction'],
  ['aggcombinefn', 'combineFunction'],
  ['aggserialfn', 'serialFunction'],
  ['aggdeserialfn', 'deserialFunction'],
  ['aggmtransfn', 'movingStateFunction'],
  ['aggminvtransfn', 'movingInverseFunction'],
  ['aggmfinalfn', 'movingFinalFunction'],
] as const;

const COMMON = `
      ${owner('p.proowner')},
      ${privileges('p.proacl', "'f'", 'p.proowner')}`;
