exports.up = (knex) =>
  knex.schema.alterTable('orders', (table) => {
    table
      .enu('channel', ['web', 'app', 'phone'], { useNative: true, enumName: 'order_channel' })
      .notNullable()
      .defaultTo('web');
  });

exports.down = async (knex) => {
  await knex.schema.alterTable('orders', (table) => {
    table.dropColumn('channel');
  });
  await knex.raw('drop type order_channel');
};
