exports.up = (knex) => knex.schema.createTable('invoices', (table) => {
  table.integer('id').primary();
});

exports.down = (knex) => knex.schema.dropTable('invoices');
