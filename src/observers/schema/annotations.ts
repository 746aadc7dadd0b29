import { FIRST_USER_OID, regclass } from './reader.ts';

/**
 * What can be said of any object: comment, security labels, `DEPENDS ON EXTENSION`. Rows give the catalogue and number
 * of the object, and the number of the column or 0.
 */
export const annotationsSql = (only: (oid: string) => string): readonly string[] => [
  `select k.relname::text as catalogue, d.objoid as oid, d.objsubid as part, d.description as comment
     from pg_catalog.pg_description d join pg_catalog.pg_class k on k.oid = d.classoid
     where (d.objoid >= ${FIRST_USER_OID} or d.classoid = ${regclass('pg_namespace')}) and ${only('d.objoid')}`,
  `select k.relname::text as catalogue, l.objoid as oid, l.objsubid as part,
       pg_catalog.array_agg(l.provider || ': ' || l.label order by l.provider collate "C") as "securityLabels"
     from pg_catalog.pg_seclabel l join pg_catalog.pg_class k on k.oid = l.classoid
     where ${only('l.objoid')} group by k.relname, l.objoid, l.objsubid`,
  `select k.relname::text as catalogue, d.objid as oid, d.objsubid as part,
       pg_catalog.array_agg(x.extname::text order by x.extname collate "C") as "dependsOnExtensions"
     from pg_catalog.pg_depend d
       join pg_catalog.pg_class k on k.oid = d.classid
       join pg_catalog.pg_extension x on x.oid = d.refobjid
     where d.deptype = 'x' and d.refclassid = ${regclass('pg_extension')} and ${only('d.objid')}
     group by k.relname, d.objid, d.objsubid`,
];
