create table order_metadata (
  order_id bigint primary key references orders (id) on delete cascade,
  metadata jsonb not null
);
insert into order_metadata (order_id, metadata) select id, metadata from orders where metadata is not null;
alter table orders drop column metadata;
