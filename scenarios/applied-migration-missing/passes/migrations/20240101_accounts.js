exports.up = (knex) => knex.schema.createTable('accounts', (table) => {
  table.integer('id').primary();
});

exports.down = (knex) => knex.schema.dropTable('accounts');
