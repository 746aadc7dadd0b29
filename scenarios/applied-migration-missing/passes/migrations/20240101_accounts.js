export const up = (knex) => knex.schema.createTable('accounts', (table) => {
  table.integer('id').primary();
});

export const down = (knex) => knex.schema.dropTable('accounts');
