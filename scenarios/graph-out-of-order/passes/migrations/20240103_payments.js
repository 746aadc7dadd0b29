export const up = (knex) => knex.schema.createTable('payments', (table) => {
  table.integer('id').primary();
});

export const down = (knex) => knex.schema.dropTable('payments');
