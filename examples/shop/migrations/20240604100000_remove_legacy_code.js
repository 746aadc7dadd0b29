exports.up = (knex) =>
  knex.schema.alterTable('products', (table) => {
    table.dropColumn('legacy_code');
  });

exports.down = (knex) =>
  knex.schema.alterTable('products', (table) => {
    table.text('legacy_code').notNullable();
  });
