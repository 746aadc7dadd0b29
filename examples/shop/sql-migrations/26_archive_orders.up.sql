create type archive_reason as enum ('age', 'request');
create table archived_orders (
  order_id bigint primary key references orders (id),
  reason archive_reason not null,
  archived_at timestamptz not null default now()
);
