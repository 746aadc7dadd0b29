create type order_status as enum ('new', 'paid', 'shipped', 'cancelled');
create type payment_method as enum ('card', 'invoice', 'voucher');

create table orders (
  id bigint generated always as identity primary key,
  number text not null,
  customer_id bigint not null references customers (id),
  status order_status not null default 'new',
  placed_at timestamptz not null,
  ship_to postal_address,
  metadata jsonb,
  total numeric(12, 2) not null,
  note text,
  constraint orders_number_key unique (number)
);
create index orders_open_idx on orders (placed_at) where status in ('new', 'paid');
comment on table orders is 'One row per checkout. Lines are in order_lines.';

create table order_lines (
  order_id bigint not null references orders (id) on delete cascade,
  line_no smallint not null,
  product_id integer not null references products (id),
  quantity integer not null check (quantity > 0),
  unit_price numeric(10, 2) not null,
  line_total numeric(12, 2) generated always as (quantity * unit_price) stored,
  primary key (order_id, line_no)
);
create index order_lines_product_id_idx on order_lines (product_id);

create table payments (
  id uuid primary key,
  order_id bigint not null references orders (id),
  method payment_method not null,
  amount numeric(12, 2) not null,
  currency character(3) not null default 'EUR',
  gateway_response json,
  paid_at timestamptz not null
);
create index payments_order_id_idx on payments (order_id);
alter table payments enable row level security;
create policy payments_of_the_app on payments for select to shop_app using (currency = 'EUR');

create view customer_order_totals as
  select c.id as customer_id, c.full_name, count(o.id) as orders, coalesce(sum(o.total), 0) as total
  from customers c left join orders o on o.customer_id = c.id and o.status <> 'cancelled'
  group by c.id, c.full_name;
comment on view customer_order_totals is 'Read by the reporting tool.';

create materialized view monthly_revenue as
  select date_trunc('month', placed_at at time zone 'UTC') as month, count(*) as orders, sum(total) as revenue
  from orders where status in ('paid', 'shipped') group by 1;
create unique index monthly_revenue_month_idx on monthly_revenue (month);

create function order_total(wanted_order bigint) returns numeric language sql stable as $$
  select coalesce(sum(line_total), 0) from order_lines where order_id = wanted_order
$$;

grant select, insert, update on orders, order_lines, payments to shop_app;
grant select on orders, order_lines, customer_order_totals, monthly_revenue to shop_readonly;
