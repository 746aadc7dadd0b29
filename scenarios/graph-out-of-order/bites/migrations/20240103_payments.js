exports.up = (knex) => knex.schema.createTable('payments', (table) => {
  table.integer('id').primary();
});

exports.down = (knex) => knex.schema.dropTable('payments');
