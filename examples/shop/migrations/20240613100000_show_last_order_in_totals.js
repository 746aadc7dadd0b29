const totals = (extraColumns) => `
  select c.id as customer_id, c.full_name, count(o.id) as orders, coalesce(sum(o.total), 0) as total${extraColumns}
  from customers c left join orders o on o.customer_id = c.id and o.status <> 'cancelled'
  group by c.id, c.full_name`;

exports.up = (knex) =>
  knex.raw(`create or replace view customer_order_totals as ${totals(', max(o.placed_at) as last_order_at')}`);

// "create or replace" cannot take a column away, so the view has to go first.
exports.down = async (knex) => {
  await knex.raw('drop view customer_order_totals');
  await knex.raw(`create view customer_order_totals as ${totals('')}`);
  await knex.raw(`comment on view customer_order_totals is 'Read by the reporting tool.'`);
};
