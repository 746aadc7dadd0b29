exports.up = async (knex) => {
  await knex.schema.createTable('order_metadata', (table) => {
    table.bigInteger('order_id').primary().references('orders.id').onDelete('cascade');
    table.jsonb('metadata').notNullable();
  });
  await knex.raw(
    'insert into order_metadata (order_id, metadata) select id, metadata from orders where metadata is not null',
  );
  await knex.schema.alterTable('orders', (table) => {
    table.dropColumn('metadata');
  });
};

exports.down = async (knex) => {
  await knex.schema.alterTable('orders', (table) => {
    table.jsonb('metadata');
  });
  await knex.raw(
    'update orders set metadata = order_metadata.metadata from order_metadata where order_metadata.order_id = orders.id',
  );
  await knex.schema.dropTable('order_metadata');
};
