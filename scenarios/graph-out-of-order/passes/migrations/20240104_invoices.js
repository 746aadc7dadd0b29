export const up = (knex) => knex.schema.createTable('invoices', (table) => {
  table.integer('id').primary();
});

export const down = (knex) => knex.schema.dropTable('invoices');
