/** A catalogue whose rows belong to units: one that differs makes its unit be read again. */
export interface UnitSource {
  readonly table: string;
  /** Number of the unit, as a column of the table. */
  readonly unit: string;
  /** Catalogue of the unit: text, or an expression where each row says it. */
  readonly catalogue: string | { readonly expression: string };
  readonly where?: string;
  /** Its rows go only together with the unit's own, so that nobody need look for those that are gone. */
  readonly goesWithUnit?: true;
}

/** A catalogue of which any change makes all that comes from `catalogue` be read again, or everything. */
export interface WholeSource {
  readonly table: string;
  /** Absent: names or rules of what other objects are made of; everything is read again. */
  readonly catalogue?: string;
}

export const UNIT_SOURCES: readonly UnitSource[] = [
  { table: 'pg_class', unit: 'oid', catalogue: 'pg_class' },
  { table: 'pg_attribute', unit: 'attrelid', catalogue: 'pg_class', goesWithUnit: true },
  // DROP DEFAULT also writes the row of the column.
  { table: 'pg_attrdef', unit: 'adrelid', catalogue: 'pg_class', goesWithUnit: true },
  { table: 'pg_index', unit: 'indexrelid', catalogue: 'pg_class', goesWithUnit: true },
  { table: 'pg_inherits', unit: 'inhrelid', catalogue: 'pg_class' },
  { table: 'pg_sequence', unit: 'seqrelid', catalogue: 'pg_class', goesWithUnit: true },
  { table: 'pg_foreign_table', unit: 'ftrelid', catalogue: 'pg_class', goesWithUnit: true },
  { table: 'pg_partitioned_table', unit: 'partrelid', catalogue: 'pg_class', goesWithUnit: true },
  { table: 'pg_rewrite', unit: 'ev_class', catalogue: 'pg_class' },
  { table: 'pg_policy', unit: 'polrelid', catalogue: 'pg_class' },
  { table: 'pg_trigger', unit: 'tgrelid', catalogue: 'pg_class' },
  { table: 'pg_constraint', unit: 'conrelid', catalogue: 'pg_class', where: 'conrelid <> 0' },
  { table: 'pg_constraint', unit: 'contypid', catalogue: 'pg_type', where: 'contypid <> 0' },
  { table: 'pg_type', unit: 'oid', catalogue: 'pg_type' },
  { table: 'pg_enum', unit: 'enumtypid', catalogue: 'pg_type' },
  { table: 'pg_range', unit: 'rngtypid', catalogue: 'pg_type', goesWithUnit: true },
  { table: 'pg_proc', unit: 'oid', catalogue: 'pg_proc' },
  { table: 'pg_aggregate', unit: 'aggfnoid', catalogue: 'pg_proc', goesWithUnit: true },
  { table: 'pg_namespace', unit: 'oid', catalogue: 'pg_namespace' },
  // Comments on what the server brings are nobody's; those on schema public are the user's.
  {
    table: 'pg_description',
    unit: 'objoid',
    catalogue: { expression: 'classoid' },
    where: `(objoid >= 16384 or objoid = 'public'::pg_catalog.regnamespace)`,
  },
  { table: 'pg_seclabel', unit: 'objoid', catalogue: { expression: 'classoid' } },
  { table: 'pg_init_privs', unit: 'objoid', catalogue: { expression: 'classoid' } },
  // Membership in an extension, and DEPENDS ON EXTENSION.
  {
    table: 'pg_depend',
    unit: 'objid',
    catalogue: { expression: 'classid' },
    where: `refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass`,
  },
];

const WHOLE_SOURCES: readonly WholeSource[] = [
  { table: 'pg_default_acl', catalogue: 'pg_default_acl' },
  { table: 'pg_event_trigger', catalogue: 'pg_event_trigger' },
  { table: 'pg_publication', catalogue: 'pg_publication' },
  { table: 'pg_publication_rel', catalogue: 'pg_publication' },
  { table: 'pg_subscription', catalogue: 'pg_subscription' },
  { table: 'pg_statistic_ext', catalogue: 'pg_statistic_ext' },
  { table: 'pg_largeobject_metadata', catalogue: 'pg_largeobject_metadata' },
  { table: 'pg_authid', catalogue: 'pg_authid' },
  { table: 'pg_auth_members', catalogue: 'pg_authid' },
  { table: 'pg_db_role_setting', catalogue: 'pg_db_role_setting' },
  { table: 'pg_database', catalogue: 'pg_database' },
  ...[
    'pg_am',
    'pg_amop',
    'pg_amproc',
    'pg_opclass',
    'pg_opfamily',
    'pg_operator',
    'pg_cast',
    'pg_collation',
    'pg_conversion',
    'pg_language',
    'pg_transform',
    'pg_ts_parser',
    'pg_ts_template',
    'pg_ts_dict',
    'pg_ts_config',
    'pg_ts_config_map',
    'pg_foreign_data_wrapper',
    'pg_foreign_server',
    'pg_user_mapping',
    'pg_extension',
    'pg_tablespace',
    'pg_shdescription',
    'pg_shseclabel',
  ].map((table) => ({ table })),
];

export const wholeSourcesFor = (major: number): readonly WholeSource[] =>
  major >= 15
    ? [
        ...WHOLE_SOURCES,
        { table: 'pg_publication_namespace', catalogue: 'pg_publication' },
        { table: 'pg_parameter_acl', catalogue: 'pg_parameter_acl' },
      ]
    : WHOLE_SOURCES;

/** Catalogues whose objects can be read one by one. */
export const UNIT_CATALOGUES: readonly string[] = ['pg_class', 'pg_type', 'pg_proc', 'pg_namespace'];

/** Catalogues of parts, which are read with the relation or type they belong to. */
export const PART_CATALOGUES: readonly string[] = [
  'pg_constraint',
  'pg_trigger',
  'pg_rewrite',
  'pg_policy',
  'pg_attrdef',
];

/** A row of it is the unit itself: without it the unit is gone. */
export const isPrimary = ({ table, catalogue }: UnitSource): boolean => table === catalogue;
