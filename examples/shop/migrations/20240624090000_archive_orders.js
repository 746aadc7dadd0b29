exports.up = async (knex) => {
  await knex.raw("create type archive_reason as enum ('age', 'request')");
  await knex.schema.createTable('archived_orders', (table) => {
    table.bigInteger('order_id').primary().references('orders.id');
    table.specificType('reason', 'archive_reason').notNullable();
    table.timestamp('archived_at').notNullable().defaultTo(knex.fn.now());
  });
};

exports.down = (knex) => knex.schema.dropTable('archived_orders');
