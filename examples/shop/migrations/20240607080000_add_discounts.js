const CREATE_KIND = `
do $$
begin
  create type discount_kind as enum ('percent', 'amount');
exception
  when duplicate_object then null;
end
$$`;

exports.up = async (knex) => {
  await knex.raw(CREATE_KIND);
  await knex.schema.createTable('discounts', (table) => {
    table.text('code').primary();
    table.specificType('kind', 'discount_kind').notNullable();
    table.decimal('value', 10, 2).notNullable().checkPositive();
    table.date('valid_until');
  });
  await knex.raw('grant select on discounts to shop_app');
};

exports.down = (knex) => knex.schema.dropTable('discounts');
