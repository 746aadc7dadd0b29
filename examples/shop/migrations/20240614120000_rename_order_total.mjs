export const up = (knex) =>
  knex.schema.alterTable('orders', (table) => {
    table.renameColumn('total', 'total_amount');
  });

export const down = (knex) =>
  knex.schema.alterTable('orders', (table) => {
    table.renameColumn('total_amount', 'total');
  });
