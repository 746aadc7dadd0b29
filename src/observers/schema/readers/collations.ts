import { notInExtension, outsideSystem, owner, qualified, type Reader, userSchema } from '../reader.ts';

export const collations: Reader = {
  catalogue: 'pg_collation',
  kind: 'collation',
  present: outsideSystem('pg_collation', 'collnamespace'),
  sql: ({ major }) => `
    select c.oid, ${qualified('n', 'c.collname')} as name,
      case c.collprovider when 'i' then 'icu' when 'c' then 'libc' when 'b' then 'builtin' else 'default' end as provider,
      nullif(c.collisdeterministic, true) as deterministic,
      c.collcollate::text as collate, c.collctype::text as ctype, nullif(c.collencoding, -1) as encoding,
      ${locale(major)}, ${owner('c.collowner')}
    from pg_catalog.pg_collation c join pg_catalog.pg_namespace n on n.oid = c.collnamespace
    where ${userSchema('n')} and ${notInExtension('pg_collation', 'c.oid')}`,
};

function locale(major: number): string {
  if (major < 15) return 'null::text as locale';
  if (major < 16) return 'c.colliculocale::text as locale';
  return `${major < 17 ? 'c.colliculocale' : 'c.colllocale'}::text as locale, c.collicurules::text as rules`;
}
