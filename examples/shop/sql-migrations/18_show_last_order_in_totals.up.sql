create or replace view customer_order_totals as
  select c.id as customer_id, c.full_name, count(o.id) as orders, coalesce(sum(o.total), 0) as total,
    max(o.placed_at) as last_order_at
  from customers c left join orders o on o.customer_id = c.id and o.status <> 'cancelled'
  group by c.id, c.full_name;
