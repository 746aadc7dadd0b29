import type { Knex } from 'knex';

const INDEX = 'products_attributes_idx';

export async function up(knex: Knex): Promise<void> {
  await knex.raw('create index ?? on products using gin (attributes jsonb_path_ops)', [INDEX]);
  await knex.raw(`comment on index ${INDEX} is 'For the filters of the catalogue page.'`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index ??', [INDEX]);
}
